// Who gets the next turn to connect, and on whose time it is waited for.
#include "core/pacer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"

#include <string>

using namespace rdpsweep;
using namespace std::chrono_literals;

namespace {

// The order in which those in line get their turns: a letter each, in the order of asking.
// 'b' to 'd' begin, 'r' to 't' come back, 'u' to 'z' are at work; a capital letter's deadline ends
// it at once.
std::string served(const std::string& line) {
    return test::run_task([&line](HostDeadline& deadline) -> Task<std::string> {
        Pacer pacer(1000, 1);
        std::string order;
        const auto ask = [&](char name) -> Task<void> {
            HostDeadline own(deadline.executor(), Clock::now() + 1h);
            if (name < 'a') own.abort();
            const char small = static_cast<char>(name | 0x20);
            const auto whom = small >= 'u'   ? Pacer::For::one_at_work
                              : small >= 'r' ? Pacer::For::one_coming_back
                                             : Pacer::For::a_beginner;
            const bool mine = co_await pacer.turn(own, whom);
            order.push_back(mine ? name : '-');
        };
        for (const char name : line)
            asio::co_spawn(deadline.executor(), ask(name), asio::detached);
        while (order.size() < line.size())
            co_await asio::post(deadline.executor(), asio::use_awaitable);
        co_return order;
    });
}

} // namespace

TEST_CASE("Pacer: hosts under way go before those that are to begin", "[deadline]") {
    CHECK(served("bcd") == "bcd");
    CHECK(served("bcduv") == "buvcd"); // the first one had its turn at once
    CHECK(served("ubvcwd") == "uvwbcd");
    CHECK(served("bcrusv") == "buvrsc"); // one that tries again holds up nobody at work
}

TEST_CASE("Pacer: beginners leave turns to those under way", "[deadline]") {
    const auto ends =
        test::run_task([](HostDeadline& deadline) -> Task<std::vector<Clock::time_point>> {
            const auto begun = Clock::now();
            Pacer pacer(100, 1, 0.1, begun); // a turn in 10 ms, a beginner's in 100 ms
            std::vector<Clock::time_point> at;
            for (const auto whom :
                 {Pacer::For::a_beginner, Pacer::For::a_beginner, Pacer::For::one_at_work}) {
                const bool mine = co_await pacer.turn(deadline, whom);
                CHECK(mine);
                at.push_back(Clock::now());
            }
            co_return at;
        });
    CHECK(ends[1] - ends[0] >= 95ms); // the second one begins late
    CHECK(ends[2] - ends[1] >= 5ms);  // whoever is under way waits for the common pace only
    CHECK(ends[2] - ends[1] < 95ms);
}

TEST_CASE("Pacer: one that gives up holds up nobody", "[deadline]") {
    CHECK(served("bCd") == "b-d");
    CHECK(served("bUVcw") == "b--wc");
    CHECK(served("B") == "-");
}

TEST_CASE("Pacer: no host's own time passes while it waits for our pace", "[deadline]") {
    const auto late = test::run_task([](HostDeadline& deadline) -> Task<Clock::duration> {
        Pacer pacer(20, 1); // a turn in 50 ms
        HostDeadline own(deadline.executor(), Clock::now() + 10ms);
        const auto ends = own.at();
        const bool first = co_await pacer.turn(own);
        const bool second = co_await pacer.turn(own);
        CHECK(first);
        CHECK(second);
        co_return own.at() - ends;
    });
    CHECK(late >= 45ms); // it has as much time left as it had
}
