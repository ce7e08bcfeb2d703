// The look at RDP from outside: beside a route, as a route, and where nothing was seen.
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/engine/sweep_rig.hpp"

using namespace rdpsweep;
using namespace rdpsweep::sweep_test;
using namespace std::chrono_literals;

TEST_CASE(
    "sweep: the look from outside is taken though the route does not name it", "[sweep][outside]"
) {
    Rig rig;
    FakeSource source;
    rig.services.outside = &source;
    rig.services.always_look_outside = true;
    rig.add("fine", 3);
    rig.add("closed", 1);
    rig.targets[1].tags["dark"] = "";
    rig.targets[2].rdp_outside = false;
    rig.targets[3].tags["reset"] = "";
    REQUIRE(rig.run({}));
    CHECK(source.looks == 3);
    CHECK(rig.totals.of(Outcome::assessed) == 3);
    for (const auto& host : rig.results) {
        INFO(host.target.name);
        const bool seen = host.facts_json.find("outside") != std::string::npos;
        CHECK(seen == (host.target.name == "fine-0"));
        if (host.target.name != "closed-0") continue;
        // Not let in: what was seen from outside is told, and it is no verdict.
        CHECK(host.outcome == Outcome::unreachable);
        CHECK(host.findings.empty());
        REQUIRE(host.attempts.front().transport == "rdp");
        REQUIRE(host.attempts.front().notes.size() == 1);
        CHECK(host.attempts.front().notes[0].key == "OUT.RDP.tls_dropped");
        CHECK(host.attempts.back().transport == "fake");
    }
}

TEST_CASE("sweep: a route that names the look from outside is assessed by it", "[sweep][outside]") {
    Rig rig;
    FakeSource source;
    rig.services.outside = &source;
    rig.add("closed", 2);
    rig.add("dark", 1);
    for (auto& target : rig.targets)
        target.credential.clear();
    rig.targets[0].route = {"rdp"};
    rig.targets[1].route = {"fake", "rdp"};
    rig.targets[1].credential = "c";
    rig.targets[2].route = {"rdp"};
    rig.targets[2].tags["dark"] = "";
    REQUIRE(rig.run({}));
    CHECK(rig.totals.of(Outcome::assessed) == 2);
    CHECK(rig.totals.of(Outcome::unreachable) == 1);
    for (const auto& host : rig.results) {
        if (host.outcome != Outcome::assessed) continue;
        CHECK(host.findings.size() == outside_rules().size());
        for (const auto& finding : host.findings) {
            if (finding.rule == "OUT.RDP") CHECK(finding.verdict == Verdict::ok);
        }
    }
}

TEST_CASE("sweep: a target without an address is not looked at from outside", "[sweep][outside]") {
    Rig rig;
    FakeSource source;
    rig.services.outside = &source;
    rig.services.always_look_outside = true;
    rig.add("closed", 1);
    rig.add("fine", 1);
    for (auto& target : rig.targets) {
        target.vm =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v";
        target.address.clear();
    }
    REQUIRE(rig.run({}));
    CHECK(source.looks == 0);
    for (const auto& host : rig.results) {
        for (const auto& attempt : host.attempts)
            CHECK(attempt.transport == "fake");
    }
}

TEST_CASE("sweep: hosts under way look before others begin, on nobody's time", "[sweep][outside]") {
    Rig rig;
    FakeSource source;
    rig.services.outside = &source;
    rig.services.always_look_outside = true;
    rig.add("fine", 12);
    Pacer pacer(200, 1);
    rig.services.pacer = &pacer;
    std::vector<std::size_t> begun; // how many had begun at each look
    Clock::duration given_back{};
    source.on_look = [&](const HostDeadline& deadline) {
        begun.push_back(rig.world.deadlines.size());
        if (begun.size() == 1) given_back = deadline.at() - rig.world.deadlines.front();
    };
    SweepOptions options;
    options.admission.jobs = 12;
    options.host_deadline = 1h;
    REQUIRE(rig.run(options));
    CHECK(source.looks == 12);
    REQUIRE(begun.size() == 12);
    CHECK(begun.front() < 12); // all others would have begun first, at 5 ms each
    CHECK(given_back > 0ms);   // the first look waited for its turn
    for (const auto& host : rig.results)
        for (const auto& attempt : host.attempts)
            CHECK(attempt.notes.empty());
}

TEST_CASE("sweep: a look that is dropped is a note", "[sweep][outside]") {
    Rig rig;
    FakeSource source;
    rig.services.outside = &source;
    rig.services.always_look_outside = true;
    rig.services.retries = 0;
    const auto note = [&rig](const std::string& name) {
        for (const auto& host : rig.results)
            if (host.target.name == name && host.attempts.back().notes.size() == 1)
                return host.attempts.back().notes[0].key;
        return std::string();
    };
    SECTION("where the address does not answer") {
        rig.add("silent", 1);
        rig.add("fine", 1);
        REQUIRE(rig.run({}));
        CHECK(note("silent-0") == "note.no_look_silent");
        CHECK(source.looks == 1); // at the other one
    }
    SECTION("where it may be another one that does not answer") {
        rig.add("silent", 1);
        rig.targets[0].ssh.edit().hops = std::make_shared<const std::vector<JumpHost>>(1);
        REQUIRE(rig.run({}));
        CHECK(note("silent-0").empty());
        CHECK(source.looks == 1);
    }
    SECTION("where the host's time is over") {
        rig.add("stall", 1);
        rig.targets[0].deadline = 20ms;
        REQUIRE(rig.run({}));
        CHECK(note("stall-0") == "note.no_look_time");
        CHECK(source.looks == 0);
    }
    SECTION("where the run ends first") {
        rig.add("stall", 1);
        SweepOptions options;
        options.run_deadline = Clock::duration(20ms);
        options.host_deadline = 1h;
        REQUIRE(rig.run(options));
        CHECK(note("stall-0") == "note.no_look_run");
        CHECK(source.looks == 0);
    }
}
