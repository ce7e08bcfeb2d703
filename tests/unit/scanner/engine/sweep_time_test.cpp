// When hosts and runs end: at their deadlines, at a stop, and in which order they begin.
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/engine/sweep_rig.hpp"

using namespace rdpsweep;
using namespace rdpsweep::sweep_test;
using namespace std::chrono_literals;

TEST_CASE("sweep: every target ends exactly once, whatever it does", "[sweep]") {
    Rig rig;
    for (const auto* kind :
         {"fine", "hang", "boom", "closed", "denied", "mute", "forged", "stall"}) {
        rig.add(kind, 5);
    }
    SweepOptions options;
    options.admission.jobs = 7;
    options.admission.max_auth_failures = 100; // not what this test is about
    options.host_deadline = 20ms; // whether before or after it was tried again: it is unreachable
    for (auto& target : rig.targets) {
        const bool to_its_end =
            target.name.starts_with("fine") || target.name.starts_with("denied");
        if (to_its_end) target.deadline = 1h;
    }
    REQUIRE(rig.run(options));
    CHECK(rig.totals.balanced());
    CHECK(rig.results.size() == 40);
    CHECK(rig.totals.of(Outcome::assessed) == 5);
    CHECK(rig.totals.of(Outcome::refused) == 5);
    CHECK(rig.totals.of(Outcome::unreachable) == 30);
    CHECK(rig.world.most_open <= 7);
    CHECK(rig.world.opened == rig.world.closed); // no session is left, also where its visit failed
}

TEST_CASE(
    "sweep: a stop drains, then ends what still hangs; the rest is not attempted", "[sweep]"
) {
    Rig rig;
    rig.add("hang", 4);
    rig.add("fine", 50);
    SweepOptions options;
    options.admission.jobs = 4;
    options.host_deadline = 1h;
    options.drain = 1ms;
    int hanging = 0;
    REQUIRE(rig.run(options, [&](Sweep& sweep) {
        rig.world.on_hang = [&] {
            if (++hanging < 3) return; // no more log in before one was let in
            asio::post(rig.lane, [&sweep] { sweep.stop("interrupted"); });
        };
    }));
    CHECK(rig.totals.balanced());
    CHECK(rig.totals.of(Outcome::not_attempted) == 54);
    for (const auto& host : rig.results)
        CHECK(host.reason == "interrupted");
}

TEST_CASE("sweep: a host that wants to be left alone is, and another way in is tried", "[sweep]") {
    Rig rig;
    rig.services.retries = 3;
    rig.add("away", 1);
    rig.add("soon", 1);
    for (auto& target : rig.targets)
        target.route = {"fake", "other"};
    SweepOptions options;
    options.host_deadline = 30s;
    const auto begun = Clock::now();
    REQUIRE(rig.run(options));
    CHECK(Clock::now() - begun < 20s); // an hour is more than there is
    CHECK(rig.totals.of(Outcome::unreachable) == 2);
    CHECK(rig.world.tries["away-0"] == 2); // each way once
    CHECK(rig.world.tries["soon-0"] == 8);
    for (const auto& host : rig.results) {
        if (host.target.name != "soon-0") continue;
        CHECK(host.took >= 2 * (5ms + 10ms + 20ms)); // twice as long each time
    }
}

TEST_CASE("sweep: the run's deadline ends the run", "[sweep]") {
    Rig rig;
    rig.add("fine", 3);
    rig.add("hang", 3);
    SweepOptions options;
    options.host_deadline = 1h;
    SECTION("for what is under way and what waits; what was done is kept") {
        options.run_deadline = Clock::duration(20ms);
        REQUIRE(rig.run(options));
        REQUIRE(rig.results.size() == 6);
        for (const auto& host : rig.results) {
            INFO(host.target.name);
            // How many were done by then is the machine's affair.
            if (host.outcome == Outcome::assessed && host.target.name.starts_with("fine")) continue;
            CHECK(host.outcome == Outcome::not_attempted);
            CHECK(host.reason == "the run's deadline passed");
        }
    }
    SECTION("but not before it passes, nor is it waited for") {
        rig.targets.resize(3);
        options.run_deadline = Clock::duration(1h);
        REQUIRE(rig.run(options));
        CHECK(rig.totals.of(Outcome::assessed) == 3);
    }
}

TEST_CASE("sweep: a slow ramp uses up nobody's own time", "[sweep]") {
    Rig rig;
    rig.add("fine", 12);
    Pacer pacer(100, 1);
    rig.services.pacer = &pacer;
    SweepOptions options;
    options.admission.jobs = 12;
    options.host_deadline = 1h;
    const auto begun = Clock::now();
    REQUIRE(rig.run(options));
    CHECK(rig.totals.of(Outcome::assessed) == 12);
    REQUIRE(rig.world.deadlines.size() == 12);
    for (std::size_t host = 0; host < 12; ++host) {
        INFO(host);
        CHECK(rig.world.deadlines[host] >= begun + 1h + host * 10ms); // its turn, and then an hour
    }
}

TEST_CASE("sweep: a library that throws in a handler costs one host", "[sweep]") {
    Rig rig;
    rig.add("burst", 5);
    rig.add("fine", 20);
    SweepOptions options;
    options.admission.jobs = 2; // a place that is not given back would hold up the others
    REQUIRE(rig.run(options));
    CHECK(rig.totals.balanced());
    CHECK(rig.totals.of(Outcome::assessed) == 20);
    CHECK(rig.totals.of(Outcome::unreachable) == 5);
    for (const auto& host : rig.results) {
        if (host.outcome == Outcome::assessed) continue;
        REQUIRE(host.attempts.size() == 1);
        CHECK(host.attempts[0].error->code() == Errc::bug);
        CHECK(host.attempts[0].error->detail() == "a library threw while it worked for this host");
    }
}

TEST_CASE("sweep: hosts are visited in the order that was asked for", "[sweep]") {
    Rig rig;
    rig.add("fine", 4);
    SweepOptions options;
    options.admission.jobs = 1;
    REQUIRE(rig.run(options, [](Sweep& sweep) { sweep.visit_in({3, 1, 0, 2}); }));
    std::vector<std::size_t> order;
    for (const auto& host : rig.results)
        order.push_back(host.index);
    CHECK(order == std::vector<std::size_t>{3, 1, 0, 2});
}

TEST_CASE("sweep: no host begins while it may not, and its time has not begun", "[sweep]") {
    Rig rig;
    rig.add("fine", 6);
    SweepOptions options;
    options.admission.jobs = 2;
    options.host_deadline = 20s;
    // What became of the first two waits for a reader.
    int asked = 0;
    std::vector<std::size_t> ended;
    rig.may_begin = [&] {
        if (rig.results.size() < 2) return true;
        ended.push_back(rig.results.size());
        return ++asked > 5;
    };
    REQUIRE(rig.run(std::move(options)));
    CHECK(rig.totals.of(Outcome::assessed) == 6);
    // A third one was begun when the first had ended; it comes to its end meanwhile.
    REQUIRE(ended.size() > 5);
    ended.resize(5);
    CHECK(ended.front() == 2);
    CHECK(*std::max_element(ended.begin(), ended.end()) <= 3);
}

TEST_CASE("sweep: a stop ends the wait, and nobody was begun", "[sweep]") {
    Rig rig;
    rig.add("fine", 3);
    rig.may_begin = [] { return false; };
    SECTION("by a signal") {
        REQUIRE(rig.run({}, [&](Sweep& sweep) {
            asio::post(rig.lane, [&sweep] {
                CHECK(sweep.held() == Sweep::Held::by_reader);
                sweep.stop("interrupted");
            });
        }));
        CHECK(rig.results.front().reason == "interrupted");
    }
    SECTION("by the run's deadline") {
        SweepOptions options;
        options.run_deadline = 5ms;
        REQUIRE(rig.run(std::move(options)));
        CHECK(rig.results.front().reason == "the run's deadline passed");
    }
    CHECK(rig.totals.of(Outcome::not_attempted) == 3);
    CHECK(rig.world.opened == 0);
}

TEST_CASE("sweep: a run whose last hosts are under way waits for no reader", "[sweep]") {
    Rig rig;
    rig.add("fine", 3);
    // No host is left to begin once these are: nobody is asked.
    rig.may_begin = [&] { return rig.results.empty(); };
    SweepOptions options;
    options.run_deadline = 1h;
    REQUIRE(rig.run(std::move(options)));
    CHECK(rig.totals.of(Outcome::assessed) == 3);
}

namespace {

// Runs a sweep of hosts that would hang for an hour, until so many sessions of others are closed.
Status run_until_closed(Rig& rig, int sessions, SweepOptions options) {
    options.host_deadline = 1h;
    options.drain = 1ms;
    return rig.run(std::move(options), [&rig, sessions](Sweep& sweep) {
        rig.world.on_close = [&rig, &sweep, sessions] {
            if (rig.world.closed < sessions) return;
            asio::post(rig.lane, [&sweep] { sweep.stop("seen enough"); });
        };
    });
}

} // namespace

TEST_CASE("sweep: hosts that never answer hold up none of those that do", "[sweep]") {
    Rig rig;
    rig.add("hang", 12); // first in line, and for an hour each
    rig.add("fine", 30);
    SweepOptions options;
    options.admission.jobs = 2;
    options.admission.connecting = 16;
    REQUIRE(run_until_closed(rig, 30, std::move(options)));
    CHECK(rig.totals.of(Outcome::assessed) == 30);
    CHECK(rig.totals.of(Outcome::not_attempted) == 12);
    CHECK(rig.world.most_open <= 18); // on their way, with those at work
    CHECK(rig.world.most_at_work <= 2);
}

TEST_CASE("sweep: a look that saw nothing gives its place back", "[sweep]") {
    Rig rig;
    FakeSource source;
    rig.services.outside = &source;
    rig.add("hang", 1);
    rig.add("fine", 3);
    rig.targets[0].route = {"rdp", "fake"};
    rig.targets[0].tags["dark"] = "";
    SweepOptions options;
    options.admission.jobs = 1;
    options.admission.connecting = 8;
    REQUIRE(run_until_closed(rig, 3, std::move(options)));
    CHECK(source.looks == 1);
    CHECK(rig.totals.of(Outcome::assessed) == 3);
}

TEST_CASE("sweep: one at a time is one at a time", "[sweep]") {
    Rig rig;
    rig.add("fine", 5);
    rig.add("closed", 3);
    SweepOptions options;
    options.admission.jobs = 1;
    REQUIRE(rig.run(options));
    CHECK(rig.world.most_open == 1);
    CHECK(rig.totals.balanced());
}
