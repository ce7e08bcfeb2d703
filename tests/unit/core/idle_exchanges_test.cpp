// When a host that answers next to nothing is asked again, told by a clock that the test sets.
#include "core/idle_exchanges.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"

#include <vector>

using namespace rdpsweep;
using namespace std::chrono_literals;
using rdpsweep::test::run_task;

namespace {

const Clock::time_point begun(1000h);

IdleRules rules() {
    IdleRules some;
    some.worth = 10;
    some.slow = 1s;
    some.at_once = 3;
    some.first = 50ms;
    some.longest = 150ms;
    some.most_idle = 8;
    some.most = 20;
    return some;
}

using Pauses = std::vector<std::optional<Clock::duration>>;

} // namespace

TEST_CASE("idle: a few at once, then pauses that double, then no more", "[idle]") {
    IdleExchanges exchanges(rules(), begun);
    Pauses pauses;
    for (int i = 0; i < 8; ++i)
        pauses.push_back(exchanges.note(9, begun));
    CHECK(pauses == Pauses{0ms, 0ms, 50ms, 100ms, 150ms, 150ms, 150ms, std::nullopt});
    CHECK(exchanges.count() == 8);
}

TEST_CASE("idle: what brings something, or takes its time, is not idle", "[idle]") {
    IdleExchanges exchanges(rules(), begun);
    auto now = begun;
    Pauses pauses{exchanges.note(0, now), exchanges.note(0, now), exchanges.note(10, now)};
    CHECK(pauses == Pauses{0ms, 0ms, 0ms});
    // The row begins anew.
    pauses = {exchanges.note(0, now), exchanges.note(0, now), exchanges.note(0, now)};
    CHECK(pauses == Pauses{0ms, 0ms, 50ms});
    now += 50ms + 1s; // the pause is ours, the second is the host's
    CHECK(exchanges.note(0, now) == Pauses::value_type(0ms));
    now += 999ms;
    CHECK(exchanges.note(0, now) == Pauses::value_type(0ms)); // idle, the first of a row
    // Idle ones count in the whole loop, whatever came between.
    pauses = {exchanges.note(0, now), exchanges.note(0, now)};
    CHECK(pauses == Pauses{0ms, std::nullopt});
}

TEST_CASE("idle: there is a bound for exchanges of any kind", "[idle]") {
    IdleExchanges exchanges(rules(), begun);
    for (int i = 0; i < 19; ++i)
        REQUIRE(exchanges.note(1000, begun) == Pauses::value_type(0ms));
    CHECK(exchanges.note(1000, begun) == std::nullopt);
}

TEST_CASE("idle: the loop ends with an error that names the count, or with the host", "[idle]") {
    auto quick = rules();
    quick.first = quick.longest = 0ms;
    const auto loop = [](IdleRules some) {
        return [some](HostDeadline& deadline) -> Task<Result<int>> {
            IdleExchanges exchanges(some);
            for (;;) {
                auto paced = co_await exchanges.pass(0, deadline);
                if (!paced) co_return std::move(paced).error();
            }
        };
    };
    const auto ended = run_task(loop(quick));
    REQUIRE_FALSE(ended);
    CHECK(ended.error().code() == Errc::protocol_violation);
    CHECK(ended.error().detail() == "it was answered 8 times with next to nothing");
    CHECK_FALSE(ended.error().retryable());
    auto slow = rules();
    slow.first = 1h;
    const auto late = run_task(loop(slow), 1ms);
    REQUIRE_FALSE(late);
    CHECK(late.error().code() == Errc::timed_out);
}
