// Moves bytes between a socket and its TLS engine.
#include "tests/simfleet/winrm/peer_stream.hpp"

#include "tests/simfleet/winrm/pause.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

namespace simfleet {

namespace asio = rdpsweep::asio;
using rdpsweep::Task;

PeerStream::PeerStream(
    asio::ip::tcp::socket socket,
    std::unique_ptr<TlsEngine> tls,
    std::chrono::milliseconds round_trip
)
    : socket_(std::move(socket)), tls_(std::move(tls)), turns_(round_trip) {
    boost::system::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
}

Task<bool> PeerStream::read_raw(std::string& into) {
    boost::system::error_code ec;
    const std::size_t got = co_await socket_.async_read_some(
        asio::buffer(buffer_), asio::redirect_error(asio::use_awaitable, ec)
    );
    into.append(buffer_.data(), got);
    if (got > 0) co_await pause(turns_.heard());
    co_return !ec && got > 0;
}

Task<bool> PeerStream::write_raw(std::string bytes) {
    turns_.said();
    boost::system::error_code ec;
    co_await asio::async_write(
        socket_, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, ec)
    );
    co_return !ec;
}

Task<bool> PeerStream::handshake() {
    if (!tls_) co_return true;
    for (;;) {
        const auto progress = tls_->handshake();
        std::string wire = tls_->take_wire();
        if (!wire.empty()) {
            const bool sent = co_await write_raw(std::move(wire));
            if (!sent) co_return false;
        }
        if (progress != TlsEngine::Progress::want_input) {
            co_return progress == TlsEngine::Progress::done;
        }
        std::string from_peer;
        const bool came = co_await read_raw(from_peer);
        if (!came) co_return false;
        tls_->feed(from_peer);
    }
}

Task<bool> PeerStream::read(std::string& into) {
    if (!tls_) co_return co_await read_raw(into);
    for (;;) {
        const auto progress = tls_->read(into);
        std::string wire = tls_->take_wire(); // key updates, alerts
        if (!wire.empty()) {
            const bool sent = co_await write_raw(std::move(wire));
            if (!sent) co_return false;
        }
        if (progress != TlsEngine::Progress::want_input) {
            co_return progress == TlsEngine::Progress::done;
        }
        std::string from_peer;
        const bool came = co_await read_raw(from_peer);
        if (!came) co_return false;
        tls_->feed(from_peer);
    }
}

Task<bool> PeerStream::write(std::string bytes) {
    if (!tls_) co_return co_await write_raw(std::move(bytes));
    if (!tls_->write(bytes)) co_return false;
    std::string wire = tls_->take_wire();
    co_return co_await write_raw(std::move(wire));
}

Task<bool> PeerStream::ask_certificate(std::string& into) {
    if (!tls_ || !tls_->ask_certificate()) co_return false;
    for (;;) {
        std::string wire = tls_->take_wire();
        if (!wire.empty()) {
            const bool sent = co_await write_raw(std::move(wire));
            if (!sent) co_return false;
        }
        if (tls_->answered()) co_return true;
        std::string from_peer;
        const bool came = co_await read_raw(from_peer);
        if (!came) co_return false;
        tls_->feed(from_peer);
        const auto progress = tls_->read(into);
        if (progress == TlsEngine::Progress::failed) co_return false;
    }
}

std::string PeerStream::client_upn() const {
    return tls_ ? tls_->client_upn() : std::string();
}

Task<void> PeerStream::ignore_peer() {
    for (;;) {
        std::string swallowed;
        const bool came = co_await read_raw(swallowed);
        if (!came) co_return;
    }
}

void PeerStream::reset() noexcept {
    boost::system::error_code ignored;
    socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
    socket_.close(ignored);
}

std::string_view PeerStream::tls_version() const noexcept {
    return tls_ ? tls_->version() : std::string_view{};
}

const std::string& PeerStream::binding() const noexcept {
    static const std::string none;
    return tls_ ? tls_->binding() : none;
}

} // namespace simfleet
