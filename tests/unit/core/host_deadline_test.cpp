#include "core/host_deadline.hpp"
#include "core/offload.hpp"
#include "core/resolver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"

#include <future>

using namespace rdpsweep;
using namespace std::chrono_literals;
using rdpsweep::test::run_task;

TEST_CASE(
    "HostDeadline: its deadline runs every closer once, an unregistered one never", "[deadline]"
) {
    asio::io_context lane{1};
    HostDeadline deadline(lane.get_executor(), Clock::now() + 1ms);
    int first = 0;
    int second = 0;
    const auto kept = deadline.on_abort([&] { ++first; });
    {
        const auto dropped = deadline.on_abort([&] { ++second; });
    }
    lane.run(); // until its timer has rung: nothing else is there to wait for
    CHECK(first == 1);
    CHECK_FALSE(deadline.aborted());
    deadline.abort();
    CHECK(first == 1);
    CHECK(second == 0);
    CHECK(deadline.expired());
}

TEST_CASE("HostDeadline: whoever registers too late is closed at once", "[deadline]") {
    asio::io_context lane{1};
    HostDeadline deadline(lane.get_executor(), Clock::now() + 1h);
    CHECK_FALSE(deadline.expired());
    deadline.abort();
    CHECK(deadline.aborted());
    bool closed = false;
    const auto guard = deadline.on_abort([&] { closed = true; });
    CHECK(closed);
    CHECK(deadline.remaining() == Clock::duration::zero());
}

TEST_CASE("HostDeadline: sleep ends early when it passes", "[deadline]") {
    CHECK_FALSE(run_task([](HostDeadline& deadline) { return deadline.sleep(1h); }, 1ms));
    CHECK(run_task([](HostDeadline& deadline) { return deadline.sleep(1ms); }));
}

TEST_CASE("offload: the result comes back, a stuck call is left behind", "[deadline]") {
    asio::thread_pool pool(1);
    const auto answer = run_task([&pool](HostDeadline& deadline) {
        std::function<int()> work = [] { return 42; };
        return offload<int>(pool, std::move(work), deadline);
    });
    CHECK(answer == 42);
    // The stuck call posts its late result: the lane must still be there, as offload.hpp asks.
    asio::io_context lane{1};
    std::optional<std::optional<int>> none;
    HostDeadline deadline(lane.get_executor(), Clock::now() + 1h);
    std::promise<void> leave;
    auto body = [&]() -> Task<void> {
        std::function<int()> work = [&] {
            asio::post(lane, [&] { deadline.abort(); }); // it is under way
            leave.get_future().wait();
            return 1;
        };
        none.emplace(co_await offload<int>(pool, std::move(work), deadline));
    };
    asio::co_spawn(lane, body, asio::detached);
    while (!none)
        lane.run_one();
    CHECK_FALSE(none->has_value());
    leave.set_value(); // it was still stuck
    pool.join();
}

TEST_CASE("Resolver: literals cost nothing, no such name is an answer", "[deadline]") {
    Resolver resolver;
    const auto literal =
        run_task([&](HostDeadline& deadline) { return resolver.resolve("127.0.0.9", deadline); });
    REQUIRE(literal);
    CHECK(literal->front().to_string() == "127.0.0.9");
    const auto v6 =
        run_task([&](HostDeadline& deadline) { return resolver.resolve("::1", deadline); });
    REQUIRE(v6);
    CHECK(v6->front().is_v6());
    const auto local =
        run_task([&](HostDeadline& deadline) { return resolver.resolve("localhost", deadline); });
    REQUIRE(local);
    const auto none = run_task([&](HostDeadline& deadline) {
        return resolver.resolve("no-such-host.invalid", deadline); // RFC 6761 section 6.4
    });
    REQUIRE_FALSE(none);
    CHECK(none.error().phase() == Phase::resolve);
}

TEST_CASE("HostDeadline: a held clock stands still, and goes on where it stood", "[deadline]") {
    asio::io_context lane{1};
    HostDeadline deadline(lane.get_executor(), Clock::now() + 1h);
    const auto ends = deadline.at();
    std::optional<HostDeadline::Hold> first(deadline.hold());
    const auto left = deadline.remaining();
    {
        const auto second = deadline.hold();
        asio::steady_timer(lane, 2ms).wait();
        CHECK(deadline.remaining() == left);
        CHECK(deadline.at() >= ends + 2ms);
    }
    asio::steady_timer(lane, 2ms).wait();
    CHECK(deadline.remaining() == left); // the first one still holds it
    first.reset();
    CHECK(deadline.at() >= ends + 4ms);
    CHECK(deadline.remaining() <= left);
}

TEST_CASE("HostDeadline: one that was held rings all the same", "[deadline]") {
    asio::io_context lane{1};
    HostDeadline deadline(lane.get_executor(), Clock::now() + 1ms);
    int closed = 0;
    const auto guard = deadline.on_abort([&closed] { ++closed; });
    { const auto held = deadline.hold(); }
    lane.run();
    CHECK(closed == 1);
    CHECK(deadline.expired());
}

TEST_CASE("HostDeadline: a held one can be ended", "[deadline]") {
    asio::io_context lane{1};
    HostDeadline deadline(lane.get_executor(), Clock::now() + 1h);
    const auto held = deadline.hold();
    deadline.abort();
    CHECK(deadline.expired());
    CHECK(deadline.remaining() == Clock::duration::zero());
}

TEST_CASE("HostDeadline: what never passes is no sooner for having been held", "[deadline]") {
    asio::io_context lane{1};
    HostDeadline deadline(lane.get_executor(), Clock::time_point::max());
    {
        const auto held = deadline.hold();
        CHECK(deadline.at() == Clock::time_point::max());
    }
    CHECK(deadline.at() == Clock::time_point::max());
    CHECK_FALSE(deadline.expired());
}
