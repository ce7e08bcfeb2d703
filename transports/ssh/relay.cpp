// Holds the two loops of a relay and the state that outlives the later of them.
#include "transports/ssh/relay.hpp"

#include "core/idle_exchanges.hpp"
#include "core/spawn.hpp"

#include <libssh2.h>

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace rdpsweep::ssh {

namespace {

using namespace std::chrono_literals;

// Bytes that were read on one side and not yet taken by the other.
struct Buffer {
    std::array<char, 16u << 10> bytes{};
    std::size_t begin = 0;
    std::size_t end = 0;
    bool over = false; // no more will come

    [[nodiscard]] bool empty() const noexcept { return begin == end; }
};

class Relay : public std::enable_shared_from_this<Relay> {
public:
    Relay(
        const asio::any_io_executor& executor,
        std::shared_ptr<Link> link,
        LIBSSH2_CHANNEL* channel,
        int descriptor
    )
        : link_(std::move(link)), channel_(channel), local_(executor, descriptor), full_(executor) {
        local_.native_non_blocking(true);
    }

    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    ~Relay() {
        link_->kill(); // then freeing sends nothing
        if (channel_ != nullptr) libssh2_channel_free(channel_);
    }

    // Both directions by turns: libssh2 allows one call at a time.
    Task<void> run() {
        const auto self = shared_from_this();
        IdleExchanges pieces(trickle);
        while (!link_->dead()) {
            const auto seen = link_->received();
            const bool moved = inward() | outward();
            if (finished()) break;
            if (moved) continue;
            const auto pause = pieces.note(std::exchange(passed_, 0), Clock::now());
            if (!pause) break;
            if (*pause > 0s) co_await rest(*pause);
            co_await wait(seen);
        }
        ::shutdown(local_.native_handle(), SHUT_RDWR);
        link_->kill();
    }

private:
    // From the outer session to the inner one.
    bool inward() {
        bool moved = false;
        if (in_.empty() && !in_.over) {
            const auto got = libssh2_channel_read(channel_, in_.bytes.data(), in_.bytes.size());
            if (got > 0) {
                in_.begin = 0;
                in_.end = static_cast<std::size_t>(got);
                passed_ += in_.end;
                moved = true;
            } else if (got != LIBSSH2_ERROR_EAGAIN && (got < 0 || libssh2_channel_eof(channel_) != 0)) {
                in_.over = true;
            }
        }
        while (!in_.empty()) {
            const auto sent = ::send(
                local_.native_handle(),
                in_.bytes.data() + in_.begin,
                in_.end - in_.begin,
                MSG_NOSIGNAL
            );
            if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return moved;
            if (sent <= 0) {
                in_.begin = in_.end;
                in_.over = true;
                return moved;
            }
            in_.begin += static_cast<std::size_t>(sent);
            moved = true;
        }
        return moved;
    }

    bool outward() {
        bool moved = false;
        if (out_.empty() && !out_.over) {
            const auto got =
                ::recv(local_.native_handle(), out_.bytes.data(), out_.bytes.size(), 0);
            if (got > 0) {
                out_.begin = 0;
                out_.end = static_cast<std::size_t>(got);
                passed_ += out_.end;
                moved = true;
            } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
                out_.over = true;
            }
        }
        while (!out_.empty()) {
            const auto sent = libssh2_channel_write(
                channel_, out_.bytes.data() + out_.begin, out_.end - out_.begin
            );
            if (sent == LIBSSH2_ERROR_EAGAIN) return moved;
            if (sent < 0) {
                out_.begin = out_.end;
                out_.over = true;
                return moved;
            }
            out_.begin += static_cast<std::size_t>(sent);
            moved = true;
        }
        return moved;
    }

    [[nodiscard]] bool finished() const noexcept {
        return (in_.over && in_.empty()) || (out_.over && out_.empty());
    }

    // A peer that sends byte by byte is left to collect some.
    Task<void> rest(Clock::duration pause) {
        const auto self = shared_from_this();
        boost::system::error_code ignored;
        full_.expires_after(pause);
        co_await full_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }

    // Until either side may go on. A second at most: what is missed then costs no more than that.
    Task<void> wait(std::uint64_t seen) {
        const auto self = shared_from_this();
        auto wake = [self](boost::system::error_code error) {
            if (error == asio::error::operation_aborted) return;
            self->full_.cancel();
            self->link_->wake();
        };
        if (out_.empty()) local_.async_wait(asio::posix::stream_descriptor::wait_read, wake);
        boost::system::error_code ignored;
        if (in_.empty()) {
            (void)co_await link_->wait(Clock::now() + 1s, seen);
        } else {
            // The outer session has more to say already: it is not what we wait for.
            local_.async_wait(asio::posix::stream_descriptor::wait_write, wake);
            full_.expires_after(1s);
            co_await full_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
        local_.cancel(ignored);
    }

    std::shared_ptr<Link> link_;
    LIBSSH2_CHANNEL* channel_;
    asio::posix::stream_descriptor local_;
    asio::steady_timer full_; // while the inner session takes nothing
    Buffer in_;
    Buffer out_;
    std::size_t passed_ = 0; // read on either side since it last waited
};

} // namespace

int start_relay(
    const asio::any_io_executor& executor, std::shared_ptr<Link> link, LIBSSH2_CHANNEL* channel
) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        libssh2_channel_free(channel);
        return -1;
    }
    const auto relay = std::make_shared<Relay>(executor, std::move(link), channel, ends[0]);
    // Not relay->run() itself: it begins later, when nobody else holds the relay any more.
    auto task = [relay]() -> Task<void> { co_await relay->run(); };
    spawn(executor, std::move(task));
    return ends[1];
}

} // namespace rdpsweep::ssh
