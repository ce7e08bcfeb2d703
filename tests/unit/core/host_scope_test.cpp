#include "core/gate.hpp"
#include "core/host_scope.hpp"
#include "core/offload.hpp"
#include "core/resolver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"

#include <thread>

using namespace rdpsweep;
using namespace std::chrono_literals;
using rdpsweep::test::run_task;

TEST_CASE("HostScope: its deadline runs every closer once, an unregistered one never", "[scope]") {
    asio::io_context lane{1};
    HostScope scope(lane.get_executor(), Clock::now() + 20ms);
    int first = 0;
    int second = 0;
    const auto kept = scope.on_abort([&] { ++first; });
    {
        const auto dropped = scope.on_abort([&] { ++second; });
    }
    lane.run_for(200ms);
    scope.abort();
    CHECK(first == 1);
    CHECK(second == 0);
    CHECK(scope.expired());
}

TEST_CASE("HostScope: whoever registers too late is closed at once", "[scope]") {
    asio::io_context lane{1};
    HostScope scope(lane.get_executor(), Clock::now() + 1h);
    CHECK_FALSE(scope.expired());
    scope.abort();
    CHECK(scope.aborted());
    bool closed = false;
    const auto guard = scope.on_abort([&] { closed = true; });
    CHECK(closed);
    CHECK(scope.remaining() == Clock::duration::zero());
}

TEST_CASE("HostScope: sleep ends early when the scope does", "[scope]") {
    const auto begun = Clock::now();
    const bool slept = run_task([](HostScope& scope) { return scope.sleep(1h); }, 30ms);
    CHECK_FALSE(slept);
    CHECK(Clock::now() - begun < 10s);
    CHECK(run_task([](HostScope& scope) { return scope.sleep(1ms); }));
}

TEST_CASE("offload: the result comes back, a stuck call is left behind", "[scope]") {
    asio::thread_pool pool(1);
    const auto answer = run_task([&pool](HostScope& scope) {
        std::function<int()> work = [] { return 42; };
        return offload<int>(pool, std::move(work), scope);
    });
    CHECK(answer == 42);
    // The stuck call posts its late result: the lane must still be there, as offload.hpp asks.
    asio::io_context lane{1};
    std::optional<std::optional<int>> none;
    HostScope scope(lane.get_executor(), Clock::now() + 20ms);
    auto body = [&]() -> Task<void> {
        std::function<int()> work = [] {
            std::this_thread::sleep_for(300ms);
            return 1;
        };
        none.emplace(co_await offload<int>(pool, std::move(work), scope));
    };
    asio::co_spawn(lane, body, asio::detached);
    while (!none)
        lane.run_one();
    CHECK_FALSE(none->has_value());
    pool.join();
}

TEST_CASE("Pacer: turns are spread, a burst is allowed after quiet", "[scope]") {
    Pacer pacer(1000, 1);
    const auto begun = Clock::now();
    for (int i = 0; i < 20; ++i) {
        CHECK(run_task([&pacer](HostScope& scope) { return pacer.turn(scope); }));
    }
    // A lower bound only: 20 turns at 1,000 a second cannot be had in less than 19 ms.
    CHECK(Clock::now() - begun >= 18ms);
    const auto before = pacer.per_second();
    pacer.slow_down();
    CHECK(pacer.per_second() < before);
}

TEST_CASE("Resolver: literals cost nothing, no such name is an answer", "[scope]") {
    Resolver resolver;
    const auto literal =
        run_task([&](HostScope& scope) { return resolver.resolve("127.0.0.9", scope); });
    REQUIRE(literal);
    CHECK(literal->front().to_string() == "127.0.0.9");
    const auto v6 = run_task([&](HostScope& scope) { return resolver.resolve("::1", scope); });
    REQUIRE(v6);
    CHECK(v6->front().is_v6());
    const auto local =
        run_task([&](HostScope& scope) { return resolver.resolve("localhost", scope); });
    REQUIRE(local);
    const auto none = run_task([&](HostScope& scope) {
        return resolver.resolve("no-such-host.invalid", scope); // RFC 6761 section 6.4
    });
    REQUIRE_FALSE(none);
    CHECK(none.error().phase() == Phase::resolve);
}
