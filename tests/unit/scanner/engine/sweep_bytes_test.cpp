// What a sweep does when hosts make it hold more than it may.
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/engine/sweep_rig.hpp"

using namespace rdpsweep;
using namespace rdpsweep::sweep_test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kib = 1u << 10;

ByteRules rules(Clock::duration patience) {
    ByteRules some;
    some.host = 500 * kib;
    some.share = 100 * kib;
    some.common = 600 * kib;
    some.patience = patience;
    return some;
}

} // namespace

TEST_CASE(
    "sweep: when the memory for answers is used up, no further host begins", "[sweep][bytes]"
) {
    Rig rig;
    rig.world.bytes = rules(1h);
    rig.world.bytes.common = 400 * kib; // one host takes it all
    rig.add("glutton", 1);
    rig.add("fine", 20);
    int looks = 0;
    int opened = 0;
    rig.world.enough = [&] {
        // One host began beside it and is done; its place is free for a while.
        if (rig.results.empty() || ++looks < 4) return false;
        opened = rig.world.opened;
        return true;
    };
    SweepOptions options;
    options.admission.jobs = 2;
    REQUIRE(rig.run(options));
    CHECK(opened == 2);
    CHECK(rig.world.opened == 21);
    CHECK(rig.totals.of(Outcome::assessed) == 20);
}

TEST_CASE("sweep: hosts that want more than is left wait for each other", "[sweep][bytes]") {
    Rig rig;
    rig.world.bytes = rules(1h);
    rig.add("greedy", 100);
    REQUIRE(rig.run({}));
    CHECK(rig.totals.of(Outcome::assessed) == 100);
    CHECK(rig.world.most_holding <= 6); // 600 KiB are common, and each holds 100 of them
    CHECK(rig.world.most_holding >= 2);
}

TEST_CASE("sweep: hosts that hold all they may end, the others are assessed", "[sweep][bytes]") {
    Rig rig;
    rig.world.bytes = rules(100ms);
    rig.services.retries = 0;
    rig.add("glutton", 10);
    rig.add("fine", 50);
    rig.add("greedy", 3);
    rig.world.enough = [&] { return rig.results.size() + 1 == rig.targets.size(); };
    SweepOptions options;
    options.host_deadline = 1h; // none of them ends by itself
    REQUIRE(rig.run(options));
    CHECK(rig.totals.balanced());
    CHECK(rig.totals.of(Outcome::assessed) == 53);
    std::size_t held_most = 0;
    for (const auto& host : rig.results) {
        if (host.outcome == Outcome::assessed) continue;
        REQUIRE(host.attempts.back().error);
        const auto& error = *host.attempts.back().error;
        if (error.code() != Errc::local_limit) continue; // the last one, for whom nobody waited
        CHECK(error.phase() == Phase::run);
        CHECK(
            error.detail() == "answers of all hosts took 400 KiB beyond their shares, and this "
                              "host's took most, 500 KiB"
        );
        ++held_most;
    }
    CHECK(held_most >= 9);
}
