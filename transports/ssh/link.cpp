// Moves bytes between libssh2 and a socket, and wakes the coroutine that waits for either
// direction.
#include "transports/ssh/link.hpp"

#include "transports/ssh/libssh2_versions.hpp"
#include "transports/ssh/methods.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>

namespace rdpsweep::ssh {

namespace {

// Version lines, two key exchanges and a login fit in many times over.
constexpr std::uint64_t greeting_bytes = 256u << 10;

Link& link_of(void** abstract) {
    return *static_cast<Link*>(*abstract);
}

// NOLINTNEXTLINE(readability-function-size): libssh2's signature
ssize_t on_receive(libssh2_socket_t, void* buffer, std::size_t length, int, void** abstract) {
    return link_of(abstract).receive(buffer, length);
}

// NOLINTNEXTLINE(readability-function-size): libssh2's signature
ssize_t on_send(libssh2_socket_t, const void* buffer, std::size_t length, int, void** abstract) {
    return link_of(abstract).send(buffer, length);
}

} // namespace

Link::Link(
    const asio::any_io_executor& executor, int descriptor, Attempt& attempt, Clock::duration step
)
    : socket_(executor, descriptor), wake_(executor), attempt_(attempt), step_(step),
      left_(greeting_bytes), heard_(Clock::now()) {
    session_ = libssh2_session_init_ex(nullptr, nullptr, nullptr, this);
    if (session_ == nullptr) return;
    libssh2_session_set_blocking(session_, 0);
    set_callback(session_, LIBSSH2_CALLBACK_RECV, on_receive);
    set_callback(session_, LIBSSH2_CALLBACK_SEND, on_send);
}

Link::~Link() {
    kill();
    // Freeing wants to say goodbye; a dead link makes that fail at once instead of waiting.
    constexpr int tries = 8;
    for (int i = 0; session_ != nullptr && i < tries; ++i) {
        if (libssh2_session_free(session_) != LIBSSH2_ERROR_EAGAIN) break;
    }
}

std::ptrdiff_t Link::receive(void* buffer, std::size_t length) noexcept {
    if (dead_) return -ECONNABORTED;
    if (left_ == 0) {
        flooded_ = true;
        kill();
        return -ECONNABORTED;
    }
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(length, left_));
    const auto got = ::recv(socket_.native_handle(), buffer, most, MSG_NOSIGNAL);
    if (got < 0) {
        if (errno == EAGAIN || errno == EINTR) return -EAGAIN;
        closed_ = true;
        return -errno;
    }
    if (got == 0) closed_ = true;
    const auto bytes = static_cast<std::size_t>(got);
    left_ -= bytes;
    attempt_.bytes_received += bytes;
    received_ += bytes;
    heard_ = Clock::now();
    if (greets_) greeting_.add(std::string_view(static_cast<const char*>(buffer), bytes));
    return got;
}

std::ptrdiff_t Link::send(const void* buffer, std::size_t length) noexcept {
    if (dead_) return -ECONNABORTED;
    const auto sent = ::send(socket_.native_handle(), buffer, length, MSG_NOSIGNAL);
    if (sent < 0) {
        const int code = errno;
        if (code == EAGAIN || code == EINTR) return -EAGAIN;
        closed_ = true;
        hear_the_rest();
        return -code;
    }
    attempt_.bytes_sent += static_cast<std::uint64_t>(sent);
    return sent;
}

// A server that closes at once may have said why, which libssh2 does not read any more.
void Link::hear_the_rest() noexcept {
    if (!greets_) return;
    std::array<char, 512> buffer; // NOLINT: filled by the system
    const auto got =
        ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (got > 0) greeting_.add(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
}

void Link::allow(std::uint64_t bytes) noexcept {
    left_ = bytes;
}

void Link::wake() noexcept {
    wake_.cancel();
}

void Link::kill() noexcept {
    if (dead_) return;
    dead_ = true;
    // The descriptor stays ours until the end: a closed one's number may be somebody else's soon.
    ::shutdown(socket_.native_handle(), SHUT_RDWR);
    wake();
}

void Link::give_up() noexcept {
    timed_out_ = true;
    kill();
}

Task<bool> Link::wait(Clock::time_point until, std::uint64_t seen) {
    if (dead_ || received_ != seen) co_return true;
    const int directions = libssh2_session_block_directions(session_);
    const auto self = shared_from_this();
    wake_.expires_at(until);
    auto ready = [self](boost::system::error_code error) {
        if (error != asio::error::operation_aborted) self->wake();
    };
    // Without a direction libssh2 waits for the peer.
    if (directions != LIBSSH2_SESSION_BLOCK_OUTBOUND) {
        socket_.async_wait(asio::posix::stream_descriptor::wait_read, ready);
    }
    if ((directions & LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0) {
        socket_.async_wait(asio::posix::stream_descriptor::wait_write, ready);
    }
    boost::system::error_code ended;
    co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    boost::system::error_code ignored;
    socket_.cancel(ignored);
    co_return ended == asio::error::operation_aborted;
}

Task<int>
Link::drive(const std::function<int()>& step, HostDeadline& deadline, Clock::time_point until) {
    const int code = co_await try_until(step, deadline, std::min(until, deadline.at()));
    if (code == LIBSSH2_ERROR_TIMEOUT) give_up();
    co_return code;
}

Task<int>
Link::try_until(const std::function<int()>& step, HostDeadline& deadline, Clock::time_point until) {
    const auto self = shared_from_this();
    const auto guard = deadline.on_abort([self] { self->kill(); });
    IdleExchanges wakes(trickle);
    for (;;) {
        const auto before = received_;
        const int code = step();
        if (code != LIBSSH2_ERROR_EAGAIN) co_return code;
        if (dead_) co_return LIBSSH2_ERROR_SOCKET_DISCONNECT;
        const bool woken = co_await wait(until, before);
        bool goes_on = woken;
        if (woken) goes_on = co_await paced(wakes, before, deadline);
        if (!goes_on) co_return LIBSSH2_ERROR_TIMEOUT;
    }
}

// Returns false when the peer woke us too often for too little.
Task<bool> Link::paced(IdleExchanges& wakes, std::uint64_t before, HostDeadline& deadline) {
    const auto came = static_cast<std::size_t>(received_ - before);
    const auto paced = co_await wakes.pass(came, deadline);
    co_return paced.has_value();
}

Task<int> Link::drive(const std::function<int()>& step, HostDeadline& deadline) {
    co_return co_await drive(step, deadline, Clock::now() + step_);
}

Task<Status> Link::handshake(std::span<const std::string> key_types, HostDeadline& deadline) {
    if (session_ == nullptr) {
        co_return Error(Phase::internal, Errc::local_limit, "libssh2 made no session");
    }
    attempt_.enter(Phase::tls);
    ours_ = prefer_algorithms(session_, key_types);
    const std::function<int()> step = [this] {
        return libssh2_session_handshake(session_, socket_.native_handle());
    };
    const int code = co_await drive(step, deadline);
    greets_ = false;
    // Versions, algorithms and keys: each side speaks three times.
    attempt_.round_trips += 3;
    if (code != 0) co_return handshake_failure(code, deadline);
    co_return Status();
}

std::string Link::host_key() const {
    std::size_t length = 0;
    int type = 0;
    const char* const key = libssh2_session_hostkey(session_, &length, &type);
    return key == nullptr ? std::string() : std::string(key, length);
}

Task<void> Link::disconnect(HostDeadline& deadline) {
    if (!dead_ && session_ != nullptr) {
        const std::function<int()> step = [this] {
            return libssh2_session_disconnect(session_, "done");
        };
        (void)co_await drive(step, deadline);
    }
    kill();
}

} // namespace rdpsweep::ssh
