// Calls stay below the quota, and a server that says how long is believed.
#include "tests/support/catch.hpp"
#include "tests/unit/transports/azure/arm_bench.hpp"

using namespace rdpsweep;
using namespace rdpsweep::azure;
using namespace rdpsweep::azure_test;
using namespace std::chrono_literals;
using rdpsweep::test::run_task;

TEST_CASE("Calls stay below the quota") {
    Throttle throttle;
    const Quota quota{3, 50};
    const Clock::time_point begun(1000h);
    const auto take = [&](const char* key, Clock::duration later) {
        const auto wait = throttle.take(key, quota, begun + later);
        return std::chrono::duration_cast<std::chrono::milliseconds>(wait);
    };
    for (int i = 0; i < 3; ++i)
        CHECK(take("a", 0ms) == 0ms);
    CHECK(take("a", 0ms) == 20ms); // beyond the burst, 50 a second
    CHECK(take("a", 19ms) == 1ms);
    CHECK(take("a", 20ms) == 0ms);
    CHECK(take("a", 20ms) == 20ms);
    for (int i = 0; i < 3; ++i)
        CHECK(take("a", 1h) == 0ms); // a quiet hour saves up the burst, and no more
    CHECK(take("a", 1h) == 20ms);
    SECTION("what the server says is left counts") {
        const auto left = [](const char* header, const char* count) {
            return answer_of(200, "", {{header, count}});
        };
        for (const char* header :
             {"x-ms-ratelimit-remaining-subscription-reads",
              "x-ms-ratelimit-remaining-tenant-reads",
              "x-ms-user-quota-remaining"}) {
            INFO(header);
            CHECK(throttle.take(header, quota, begun) == 0ms);
            throttle.learn(header, left(header, "many"), begun);
            CHECK(throttle.take(header, quota, begun) == 0ms);
            throttle.learn(header, left(header, "0"), begun);
            CHECK(take(header, 0ms) == 20ms);
            CHECK(take("b", 0ms) == 0ms); // another scope
            throttle.learn(header, left(header, "9"), begun);
            CHECK(take(header, 0ms) == 20ms); // more than we know of is no news
        }
    }
    SECTION("when nothing is left, the server says for how long") {
        const auto over = [](const char* remaining) {
            return answer_of(
                200,
                "",
                {{"x-ms-user-quota-remaining", remaining},
                 {"x-ms-user-quota-resets-after", "00:00:01"}}
            );
        };
        CHECK(take("c", 0ms) == 0ms);
        throttle.learn("c", over("1"), begun);
        CHECK(take("c", 0ms) == 0ms);
        throttle.learn("c", over("0"), begun);
        CHECK(take("c", 0ms) == 1000ms);
        CHECK(take("c", 999ms) == 20ms); // they do not all come back at once
        CHECK(take("c", 1019ms) == 1ms);
        CHECK(take("c", 1020ms) == 0ms);
        throttle.learn("never asked", over("0"), begun);
        CHECK(take("never asked", 0ms) == 0ms);
    }
    SECTION("a longer pause is not shortened") {
        throttle.pause("d", 2s, begun);
        throttle.pause("d", 1s, begun);
        CHECK(take("d", 1500ms) == 500ms);
    }
    SECTION("one that runs out of time is not admitted") {
        throttle.pause("a", 1h);
        const auto admitted = run_task([&](HostDeadline& deadline) -> Task<Result<bool>> {
            asio::post(deadline.executor(), [&deadline] { deadline.abort(); });
            co_return co_await throttle.admit(std::string("a"), quota, deadline);
        });
        CHECK_FALSE(*admitted);
    }
}
