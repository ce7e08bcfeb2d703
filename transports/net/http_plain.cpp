// Instantiates Beast over TCP: heavy to compile, as https.cpp is.
#include "transports/net/http_plain.hpp"

#include "transports/net/http_exchange.hpp"

#include <algorithm>

namespace rdpsweep::net {

namespace beast = boost::beast;

struct PlainHttpConnection::Impl {
    Impl(asio::ip::tcp::socket socket, std::string host_header, Attempt& counters)
        : stream(std::move(socket)), host(std::move(host_header)), attempt(counters) {}

    void close() noexcept {
        usable = false;
        boost::system::error_code ignored;
        stream.socket().close(ignored);
    }

    void count(const Exchange& done) {
        attempt.bytes_sent += done.bytes_sent;
        attempt.bytes_received += done.bytes_received;
    }

    beast::tcp_stream stream;
    beast::flat_buffer buffer{limits::http_header_bytes + 65'536};
    std::string host;
    Attempt& attempt;
    bool usable = true;
};

PlainHttpConnection::PlainHttpConnection(
    asio::ip::tcp::socket socket, std::string host, std::uint16_t port, Attempt& attempt
)
    : impl_(std::make_unique<Impl>(std::move(socket), authority(host, port), attempt)) {}

PlainHttpConnection::~PlainHttpConnection() = default;

bool PlainHttpConnection::usable() const noexcept {
    return impl_->usable;
}

void PlainHttpConnection::close() noexcept {
    impl_->close();
}

Task<Result<HttpResponse>> PlainHttpConnection::exchange(
    HttpRequest request, HostDeadline& deadline, Clock::duration limit, std::size_t body_limit
) {
    auto& self = *impl_;
    auto message = http_message(std::move(request), self.host);
    self.stream.expires_at(std::min(deadline.at(), Clock::now() + limit));
    co_return co_await send_over(self, std::move(message), deadline, body_limit);
}

} // namespace rdpsweep::net
