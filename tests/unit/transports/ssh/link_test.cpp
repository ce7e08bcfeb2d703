// The loop around libssh2: when it waits for the peer, and when it must not.
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "transports/ssh/link.hpp"

#include <libssh2.h>

#include <sys/socket.h>
#include <unistd.h>

using namespace rdpsweep;
using namespace std::chrono_literals;

namespace {

// A link whose peer is the other end of a pair of sockets.
struct Pair {
    explicit Pair(const asio::any_io_executor& lane) {
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
        link = std::make_shared<ssh::Link>(lane, ends[0], attempt, 1h);
    }

    ~Pair() { ::close(ends[1]); }

    int ends[2]{};
    Attempt attempt;
    std::shared_ptr<ssh::Link> link;
};

} // namespace

// A step asks libssh2 more than one question. The answer to the first may come while it asks the
// second, which takes it from the socket: nothing more comes then that would end a wait.
TEST_CASE(
    "ssh link: what a step took from the socket itself is looked at before it waits", "[ssh]"
) {
    int steps = 0;
    const auto code = test::run_task([&](HostDeadline& deadline) -> Task<int> {
        const auto lane = co_await asio::this_coro::executor;
        Pair pair(lane);
        REQUIRE(::write(pair.ends[1], "w", 1) == 1);
        bool came = false;
        const std::function<int()> step = [&] {
            ++steps;
            if (came) return 0; // asked first
            char byte = 0;
            came = pair.link->receive(&byte, 1) == 1; // asked second
            return static_cast<int>(LIBSSH2_ERROR_EAGAIN);
        };
        co_return co_await pair.link->drive(step, deadline);
    });
    CHECK(code == 0);
    CHECK(steps == 2);
}

TEST_CASE("ssh link: it waits for a peer that has said nothing", "[ssh]") {
    int steps = 0;
    const auto code = test::run_task([&](HostDeadline& deadline) -> Task<int> {
        const auto lane = co_await asio::this_coro::executor;
        Pair pair(lane);
        const std::function<int()> step = [&] {
            if (++steps == 1) asio::post(lane, [&] { (void)::write(pair.ends[1], "w", 1); });
            char byte = 0;
            const bool came = pair.link->receive(&byte, 1) == 1;
            return came ? 0 : static_cast<int>(LIBSSH2_ERROR_EAGAIN);
        };
        co_return co_await pair.link->drive(step, deadline);
    });
    CHECK(code == 0);
    CHECK(steps == 2);
}
