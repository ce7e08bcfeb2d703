// Puts a clock on each read and write, and tells how a connection ended.
#include "transports/rdp/tcp_stream.hpp"

#include <boost/asio/write.hpp>

#include <utility>

namespace rdpsweep::rdp {

// One timer for all reads and writes: setting it anew for each would cost more than they do. It
// runs until the earliest moment at which something may have taken too long, and then looks again.
struct TcpStream::Watch : std::enable_shared_from_this<TcpStream::Watch> {
    explicit Watch(const asio::any_io_executor& executor) : timer(executor) {}

    void look_at(Clock::time_point moment) {
        running = true;
        timer.expires_at(moment);
        timer.async_wait([self = shared_from_this()](const boost::system::error_code& stopped) {
            self->running = false;
            if (stopped || self->socket == nullptr || !self->busy) return;
            if (Clock::now() < self->limit) return self->look_at(self->limit);
            self->fired = true;
            boost::system::error_code ignored;
            self->socket->close(ignored);
        });
    }

    asio::steady_timer timer;
    asio::ip::tcp::socket* socket = nullptr; // null when the stream is gone
    Clock::time_point limit;                 // of the read or write under way
    bool busy = false;                       // one is
    bool running = false;                    // the timer is
    bool fired = false;
};

TcpStream::TcpStream(asio::ip::tcp::socket socket, HostDeadline& deadline, Clock::duration step)
    : socket_(std::move(socket)), deadline_(deadline), step_(step),
      watch_(std::make_shared<Watch>(deadline.executor())), guard_(deadline.on_abort([this] {
          boost::system::error_code ignored;
          socket_.close(ignored);
      })) {
    watch_->socket = &socket_;
    // Thousands of handshakes a minute: no port shall linger in TIME_WAIT.
    boost::system::error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
}

TcpStream::~TcpStream() {
    watch_->socket = nullptr;
    watch_->timer.cancel();
}

void TcpStream::start_clock() {
    watch_->limit = Clock::now() + step_;
    watch_->busy = true;
    if (!watch_->running) watch_->look_at(watch_->limit);
}

void TcpStream::stop_clock() {
    watch_->busy = false;
}

StreamEnd TcpStream::end_of(const boost::system::error_code& code) const {
    if (!code) return StreamEnd::none;
    if (watch_->fired || deadline_.expired()) return StreamEnd::timed_out;
    return code == asio::error::eof ? StreamEnd::closed : StreamEnd::reset;
}

Task<StreamEnd> TcpStream::write(std::string bytes) {
    start_clock();
    boost::system::error_code code;
    co_await asio::async_write(
        socket_, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, code)
    );
    stop_clock();
    co_return end_of(code);
}

Task<Received> TcpStream::read(char* buffer, std::size_t size) {
    start_clock();
    boost::system::error_code code;
    const auto count = co_await socket_.async_read_some(
        asio::buffer(buffer, size), asio::redirect_error(asio::use_awaitable, code)
    );
    stop_clock();
    Received received;
    received.count = count;
    received.end = end_of(code);
    if (received.end != StreamEnd::none) co_return received;
    const auto paced = co_await reads_.pass(count, deadline_);
    if (!paced) received.end = StreamEnd::timed_out;
    co_return received;
}

} // namespace rdpsweep::rdp
