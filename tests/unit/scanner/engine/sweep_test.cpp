// One host after the other: its attempts, what is kept of them, and what ends the run.
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/engine/sweep_rig.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <csignal>
#include <sys/resource.h>

using namespace rdpsweep;
using namespace rdpsweep::sweep_test;
using namespace std::chrono_literals;

namespace {

// No file of ours grows for as long as it lives: the disk is full.
struct NoRoom {
    NoRoom() : handler(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &before);
        const rlimit none{0, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &none);
    }

    NoRoom(const NoRoom&) = delete;
    NoRoom& operator=(const NoRoom&) = delete;

    ~NoRoom() {
        setrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, handler);
    }

    rlimit before{};
    void (*handler)(int);
};

} // namespace

TEST_CASE("sweep: a refused credential is tried once, a closed port again", "[sweep]") {
    Rig rig;
    rig.add("denied", 1);
    rig.add("closed", 1);
    SweepOptions options;
    options.host_deadline = 20s;
    REQUIRE(rig.run(options));
    CHECK(rig.world.tries["denied-0"] == 1);
    CHECK(rig.world.tries["closed-0"] == 2);
}

TEST_CASE("sweep: a refused password is not shown again over another transport", "[sweep]") {
    Rig rig;
    rig.add("denied", 1);
    rig.targets[0].route = {"fake", "other"};
    auto& other = static_cast<FakeTransport&>(*rig.transports.at("other"));
    SECTION("and what was left out stands among the attempts") {
        REQUIRE(rig.run({}));
        CHECK(rig.world.tries["denied-0"] == 1);
        REQUIRE(rig.results[0].attempts.size() == 2);
        CHECK(rig.results[0].attempts[1].transport == "other");
        CHECK_THAT(
            std::string(rig.results[0].attempts[1].error->detail()), Catch::StartsWith("not tried")
        );
    }
    SECTION("but a key is, and the transport knows") {
        other.other_proof_ = true;
        REQUIRE(rig.run({}));
        CHECK(rig.world.tries["denied-0"] == 2);
        CHECK(other.saw_refused_);
    }
    SECTION("and one that nobody asked for was not refused") {
        rig.fake->withholds_ = true;
        REQUIRE(rig.run({}));
        CHECK(rig.world.tries["denied-0"] == 2);
        CHECK_FALSE(other.saw_refused_);
    }
    CHECK(rig.results[0].outcome == Outcome::refused);
}

TEST_CASE("sweep: nothing is left on a host while we wait to come back", "[sweep]") {
    Rig rig;
    rig.add("full", 1);
    REQUIRE(rig.run({}));
    CHECK(rig.world.events == std::vector<std::string>{"run", "close", "run", "close"});
}

TEST_CASE(
    "sweep: an HTTP fallback is an attempt of its own, the first stays as evidence", "[sweep]"
) {
    Rig rig;
    rig.add("lame", 1);
    rig.add("closed", 1);
    REQUIRE(rig.run({}));
    REQUIRE(rig.results.size() == 2);
    for (const auto& host : rig.results) {
        INFO(host.target.name);
        if (host.target.name == "closed-0") {
            CHECK(host.attempts.size() == 2); // a retry, no other way
            continue;
        }
        REQUIRE(host.attempts.size() == 2);
        REQUIRE(host.attempts[0].error);
        CHECK(host.attempts[0].error->phase() == Phase::tls);
        CHECK_FALSE(host.attempts[1].error);
        CHECK(host.outcome == Outcome::assessed);
        CHECK(host.target.address == "127.0.0.1"); // the inventory's
    }
}

TEST_CASE("sweep: what came back is kept even where it cannot be read", "[sweep]") {
    Rig rig;
    rig.add("forged", 1);
    rig.add("mute", 1);
    REQUIRE(rig.run({}));
    for (const auto& host : rig.results) {
        REQUIRE(host.attempts.size() == 1);
        const auto& error = *host.attempts[0].error;
        if (host.target.name == "forged-0") {
            CHECK(error.native() == "wrong-nonce");
            CHECK(host.noise.find("RDPSWEEP1") != std::string::npos);
        } else {
            CHECK(error.code() == Errc::nonzero_exit);
            CHECK(error.detail().find("PowerShell is not there") != std::string_view::npos);
        }
    }
}

TEST_CASE("sweep: what cannot be stored is not gathered", "[sweep]") {
    Rig rig;
    rig.add("fine", 100);
    rig.store_fails_after = 5;
    SweepOptions options;
    options.admission.jobs = 2;
    const auto status = rig.run(options);
    REQUIRE_FALSE(status);
    CHECK(status.error().detail() == "disk full");
    CHECK(rig.world.opened < 20);
}

TEST_CASE("sweep: skipped positions are not visited", "[sweep]") {
    Rig rig;
    rig.add("fine", 4);
    REQUIRE(rig.run({}, [](Sweep& sweep) { sweep.skip({true, false, true, false}); }));
    CHECK(rig.results.size() == 2);
    CHECK(rig.world.opened == 2);
}

TEST_CASE("sweep: a host gives its place up when it goes on to another transport", "[sweep]") {
    Rig rig;
    rig.add("closed", 6);
    for (auto& target : rig.targets)
        target.route = {"fake", "other"};
    rig.services.retries = 0;
    SweepOptions options;
    options.admission.transport = 1;
    REQUIRE(rig.run(options));
    CHECK(rig.totals.balanced());
    CHECK(rig.world.most_open == 2); // one in each transport
    for (const auto& host : rig.results)
        CHECK(host.attempts.size() == 2);
}

TEST_CASE("sweep: a limit per subnet holds for names as well", "[sweep]") {
    Rig rig;
    rig.add("fine", 12);
    for (auto& target : rig.targets)
        target.address = "localhost";
    Resolver resolver;
    SweepOptions options;
    options.admission.subnet = 2;
    options.resolver = &resolver;
    REQUIRE(rig.run(options));
    CHECK(rig.totals.of(Outcome::assessed) == 12);
    CHECK(rig.world.most_open == 2);
}

TEST_CASE("sweep: a command that cannot be recorded ends the run, not one host", "[sweep]") {
    Rig rig;
    rig.add("fine", 100);
    const Scratch scratch;
    auto full = AuditLog::open(scratch.path("audit"));
    REQUIRE(full);
    rig.audit = std::move(*full);
    const auto status = [&rig] {
        const NoRoom no_room;
        return rig.run({});
    }();
    REQUIRE_FALSE(status);
    CHECK(status.error().detail().find("audit") != std::string_view::npos);
    CHECK(rig.world.opened <= 10);
    for (const auto& host : rig.results)
        CHECK(host.outcome == Outcome::not_attempted);
}
