// Reads and writes the descriptor itself, and keeps one timer a connection however many requests
// pass.
#include "transports/net/wire.hpp"

#include <boost/beast/core/error.hpp>

#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace rdpsweep::net {

using boost::system::error_code;

// The timer is not set anew for each request: when it fires it looks at what is due by then.
struct Wire::Patience : std::enable_shared_from_this<Patience> {
    Patience(asio::any_io_executor executor, Wire& of) : timer(std::move(executor)), wire(&of) {}

    void start() {
        ticking = true;
        timer.expires_at(due);
        timer.async_wait([weak = weak_from_this()](error_code stopped) {
            if (stopped) return;
            if (const auto self = weak.lock()) self->fired();
        });
    }

    void fired() {
        ticking = false;
        if (due == Clock::time_point::max() || wire == nullptr) return;
        if (Clock::now() < due) return start();
        late = true;
        wire->close();
    }

    asio::steady_timer timer;
    Wire* wire;
    Clock::time_point due = Clock::time_point::max();
    bool ticking = false;
    bool late = false;
};

Wire::Wire(asio::ip::tcp::socket socket)
    : socket_(std::move(socket)),
      patience_(std::make_shared<Patience>(socket_.get_executor(), *this)) {
    error_code closed; // then every try says so
    socket_.native_non_blocking(true, closed);
}

Wire::~Wire() {
    patience_->wire = nullptr;
    patience_->timer.cancel();
}

void Wire::allow_until(Clock::time_point due) {
    patience_->due = due;
    if (!patience_->ticking || due < patience_->timer.expiry()) patience_->start();
}

void Wire::allow_for_good() noexcept {
    patience_->due = Clock::time_point::max();
}

void Wire::close() noexcept {
    error_code ignored;
    socket_.close(ignored);
}

error_code Wire::why_closed() const noexcept {
    if (patience_->late) return boost::beast::error::timeout;
    return asio::error::operation_aborted;
}

error_code Wire::explained(const error_code& code) const noexcept {
    return code && !socket_.is_open() ? why_closed() : code;
}

void Wire::book(Attempt& attempt) noexcept {
    attempt.bytes_sent += sent_ - std::exchange(booked_sent_, sent_);
    attempt.bytes_received += received_ - std::exchange(booked_received_, received_);
}

namespace {

// Returns what a system call on a socket came to, which wants that where it would block.
Step step_of(ssize_t result, Step::Wants wants) {
    if (result >= 0) return {static_cast<std::size_t>(result), Step::Wants::nothing, {}};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {0, wants, {}};
    return {0, Step::Wants::nothing, error_code(errno, boost::system::system_category())};
}

} // namespace

// A socket that was closed here has given its number away: to another host's connection, perhaps.
Step Wire::receive(char* to, std::size_t size) noexcept {
    if (!socket_.is_open()) return {0, Step::Wants::nothing, why_closed()};
    ssize_t got = 0;
    do {
        got = ::recv(socket_.native_handle(), to, size, 0);
    } while (got < 0 && errno == EINTR);
    auto step = step_of(got, Step::Wants::to_read);
    if (got == 0 && size != 0) step.code = asio::error::eof;
    received_ += step.count;
    return step;
}

Step Wire::send(const char* from, std::size_t size) noexcept {
    if (!socket_.is_open()) return {0, Step::Wants::nothing, why_closed()};
    ssize_t put = 0;
    do {
        put = ::send(socket_.native_handle(), from, size, MSG_NOSIGNAL);
    } while (put < 0 && errno == EINTR);
    const auto step = step_of(put, Step::Wants::to_write);
    sent_ += step.count;
    return step;
}

} // namespace rdpsweep::net
