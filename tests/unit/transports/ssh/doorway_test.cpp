// How many are let through a door at once, and what its server's answers change.
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "transports/ssh/doorway.hpp"

#include <optional>
#include <vector>

using namespace rdpsweep;
using namespace rdpsweep::ssh;
using namespace std::chrono_literals;
using rdpsweep::test::run_task;

namespace {

// Lets as many in as fit, at most most; those that do not fit wait for no time.
Task<std::size_t> fit(Doorway& door, std::vector<Doorway::Pass>& inside, std::size_t most) {
    const auto executor = co_await asio::this_coro::executor;
    while (inside.size() < most) {
        HostDeadline now(executor, Clock::now() + 1ms);
        auto pass = co_await door.enter(now);
        if (!pass) break;
        inside.push_back(std::move(pass));
    }
    co_return inside.size();
}

std::size_t fits(Doorway& door) {
    return run_task([&door](HostDeadline&) -> Task<std::size_t> {
        std::vector<Doorway::Pass> inside;
        co_return co_await fit(door, inside, 20);
    });
}

} // namespace

TEST_CASE(
    "doorway: halves for each lot that is turned away, and opens with each that got in", "[ssh]"
) {
    Doorway door(8);
    CHECK(fits(door) == 8);
    const auto lot = [&door](std::size_t turned, std::size_t got_in) {
        return run_task([&](HostDeadline&) -> Task<std::size_t> {
            std::vector<Doorway::Pass> inside;
            (void)co_await fit(door, inside, 20);
            for (std::size_t i = 0; i < turned; ++i)
                inside[i].turned_away();
            for (std::size_t i = 0; i < got_in; ++i)
                inside[0].got_in();
            co_return door.width();
        });
    };
    CHECK(lot(5, 0) == 4); // one lot, one step
    CHECK(lot(1, 0) == 2);
    CHECK(lot(2, 0) == 1);
    CHECK(lot(1, 0) == 1); // one is always let through
    CHECK(fits(door) == 1);
    CHECK(lot(0, 1) == 2);
    CHECK(lot(0, 1) == 2);
    CHECK(lot(0, 1) == 3);
    CHECK(lot(0, 3 + 4 + 5 + 6 + 7) == 8);
    CHECK(lot(0, 100) == 8); // never more than at first
}

TEST_CASE(
    "doorway: those that wait come in their order, and one that gives up holds up nobody", "[ssh]"
) {
    const auto order = run_task([](HostDeadline& deadline) -> Task<std::vector<int>> {
        std::vector<int> came;
        Doorway door(1);
        std::optional<Doorway::Pass> first;
        first.emplace(co_await door.enter(deadline));
        const auto visit = [&](int number, Clock::duration patience) -> Task<void> {
            HostDeadline own(deadline.executor(), Clock::now() + patience);
            auto pass = co_await door.enter(own);
            came.push_back(pass ? number : -number);
        };
        asio::co_spawn(deadline.executor(), visit(1, 1ms), asio::detached);
        asio::co_spawn(deadline.executor(), visit(2, 20s), asio::detached);
        asio::co_spawn(deadline.executor(), visit(3, 20s), asio::detached);
        while (came.empty())
            (void)co_await deadline.sleep(1ms);
        first.reset();
        while (came.size() < 3)
            (void)co_await deadline.sleep(1ms);
        co_return came;
    });
    CHECK(order == std::vector<int>{-1, 2, 3});
}
