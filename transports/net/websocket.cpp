// Instantiates Beast's WebSocket over a TLS stream whose incoming frames the shim has seen.
#include "transports/net/websocket.hpp"

#include "core/digest.hpp"
#include "core/encoding.hpp"
#include "core/foreign_text.hpp"
#include "core/secret.hpp"
#include "transports/net/alert.hpp"
#include "transports/net/http.hpp"
#include "transports/net/http_errors.hpp"
#include "transports/net/shim_stream.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <algorithm>

namespace rdpsweep::net {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

namespace {

constexpr std::size_t message_limit = 1u << 20;
constexpr std::size_t chunk_bytes = 16u << 10;
constexpr auto idle_limit = std::chrono::seconds(50); // Beast pings at half of it

Error tls_failure(const error_code& code, const HostDeadline& deadline) {
    const auto errc = deadline.aborted()           ? Errc::cancelled
                      : is_timeout(code, deadline) ? Errc::timed_out
                      : is_disconnect(code)        ? Errc::peer_closed
                                                   : Errc::protocol_violation;
    const auto alert = alert_text(code);
    return Error(Phase::tls, errc, "the TLS handshake with the console's gateway failed")
        .with_native(alert ? *alert : code.message())
        .with_hint("does a proxy or firewall admit *.serialconsole.azure.com from here?");
}

Error upgrade_refused(unsigned status) {
    const auto errc = status == 401 || status == 403   ? Errc::access_denied
                      : status == 429 || status >= 500 ? Errc::throttled
                                                       : Errc::protocol_violation;
    return Error(Phase::http, errc, "the console's gateway refused the WebSocket")
        .with_native("HTTP " + std::to_string(status));
}

// A close frame with code 1000 (RFC 6455 sections 5.5.1 and 5.3: what a client sends is masked).
std::string close_frame() {
    constexpr std::size_t mask_bytes = 4;
    const auto random = hex_decode(random_hex128().substr(0, 2 * mask_bytes)).value_or("mask");
    std::string frame = "\x88\x82" + random;
    const std::string code = "\x03\xe8";
    for (std::size_t at = 0; at < code.size(); ++at)
        frame += static_cast<char>(code[at] ^ random[at]);
    return frame;
}

} // namespace

struct WebSocket::Impl {
    Impl(
        asio::ip::tcp::socket socket,
        const std::shared_ptr<ssl_ctx_st>& context,
        Endpoint endpoint,
        Attempt& counters
    )
        : stream(std::move(socket), context, endpoint.host), peer(std::move(endpoint)),
          attempt(&counters) {}

    TlsStream& tls() { return stream.next_layer().next_layer().stream(); }

    void abandon() noexcept {
        open = false;
        tls().close();
    }

    void count_bytes() {
        if (attempt == nullptr) return; // abandoned: who counts may be gone
        tls().book(*attempt);
    }

    void note_close() {
        if (stream.reason().code != websocket::close_code::none) {
            closed.code = stream.reason().code;
            closed.reason.assign(stream.reason().reason.data(), stream.reason().reason.size());
        }
        open = false;
    }

    websocket::stream<ShimStream, false> stream; // what it carries is small: never deflated
    beast::flat_buffer buffer{message_limit};
    Endpoint peer;
    Attempt* attempt;
    WsClose closed;
    bool open = true;
};

WebSocket::WebSocket(
    asio::ip::tcp::socket socket,
    std::shared_ptr<ssl_ctx_st> context,
    Endpoint peer,
    Attempt& attempt
)
    : impl_(std::make_shared<Impl>(std::move(socket), context, std::move(peer), attempt)) {}

WebSocket::~WebSocket() {
    abandon();
}

Task<Result<PeerCertificate>> WebSocket::handshake(HostDeadline& deadline, Clock::duration limit) {
    const auto self = impl_;
    self->attempt->enter(Phase::tls);
    auto& tls = self->tls();
    tls.allow_until(std::min(deadline.at(), Clock::now() + limit));
    error_code code;
    {
        const auto guard = deadline.on_abort([self] { self->abandon(); });
        code = co_await tls.handshake();
    }
    tls.allow_for_good(); // from here on the WebSocket has time limits of its own
    self->count_bytes();
    if (code) {
        self->abandon();
        co_return tls_failure(code, deadline);
    }
    self->attempt->round_trips += tls.handshake_trips();
    auto peer = inspect_peer(tls.tls(), self->peer.host);
    if (!peer) self->abandon();
    co_return peer;
}

Task<Status> WebSocket::upgrade(std::string path, HostDeadline& deadline, Clock::duration limit) {
    const auto self = impl_;
    self->attempt->enter(Phase::http);
    websocket::stream_base::timeout times;
    times.handshake_timeout = std::min(limit, deadline.remaining());
    times.idle_timeout = idle_limit;
    times.keep_alive_pings = true;
    self->stream.set_option(times);
    self->stream.read_message_max(message_limit);
    self->stream.text(true);
    websocket::response_type response;
    const auto host = authority(self->peer.host, self->peer.port);
    error_code code;
    {
        const auto guard = deadline.on_abort([self] { self->abandon(); });
        co_await self->stream.async_handshake(
            response, host, path, asio::redirect_error(asio::use_awaitable, code)
        );
    }
    self->count_bytes();
    ++self->attempt->round_trips;
    if (!code) co_return Status();
    self->abandon();
    if (code == websocket::error::upgrade_declined)
        co_return upgrade_refused(response.result_int());
    co_return http_error(code, deadline, false);
}

Task<Status> WebSocket::send(std::string text, Clock::duration limit) {
    const auto self = impl_;
    if (!self->open) co_return Error(Phase::http, Errc::peer_closed, "the console is closed");

    struct Progress {
        bool late = false, done = false;
    };

    const auto progress = std::make_shared<Progress>(); // the timer may fire when we are gone
    asio::steady_timer patience(self->stream.get_executor(), limit);
    patience.async_wait([self, progress](error_code stopped) {
        if (stopped || progress->done) return;
        progress->late = true;
        self->abandon();
    });
    error_code code;
    const auto buffer = asio::buffer(text);
    co_await self->stream.async_write(buffer, asio::redirect_error(asio::use_awaitable, code));
    progress->done = true;
    patience.cancel();
    cleanse(text); // it may have been a token or a password
    self->count_bytes();
    if (!code) co_return Status();
    self->abandon();
    const auto errc = progress->late ? Errc::timed_out : Errc::peer_closed;
    co_return Error(Phase::http, errc, "the console took no more keys").with_native(code.message());
}

Task<Result<std::string>> WebSocket::receive() {
    const auto self = impl_;
    error_code code;
    co_await self->stream.async_read_some(
        self->buffer, chunk_bytes, asio::redirect_error(asio::use_awaitable, code)
    );
    self->count_bytes();
    if (code) {
        self->note_close();
        if (code == flooded) self->closed.reason = "frames without end that carry nothing";
        const auto errc = code == beast::error::timeout ? Errc::timed_out : Errc::peer_closed;
        co_return Error(Phase::http, errc, "the console's connection ended")
            .with_native(
                "close " + std::to_string(self->closed.code) + " " +
                foreign_text(self->closed.reason, 120)
            );
    }
    const auto data = self->buffer.data();
    std::string bytes(static_cast<const char*>(data.data()), data.size());
    self->buffer.consume(bytes.size());
    co_return bytes;
}

// Beast 1.74's own close beside a read that is waiting ended in freed memory; so the frame goes out
// by hand, and the read sees the answer. A write of Beast's (a pong) is one TLS record, as ours is.
Task<void> WebSocket::close(HostDeadline& deadline, Clock::duration limit) {
    const auto self = impl_;
    if (!self->open) co_return;
    const auto frame = close_frame();
    const auto end = Clock::now() + limit;
    error_code ignored;
    const auto buffer = asio::buffer(frame);
    co_await self->stream.next_layer().async_write_some(
        buffer, asio::redirect_error(asio::use_awaitable, ignored)
    );
    asio::steady_timer timer(deadline.executor());
    while (self->open && Clock::now() < end) {
        timer.expires_after(std::chrono::milliseconds(20));
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    self->abandon();
}

void WebSocket::abandon() noexcept {
    impl_->abandon();
    impl_->attempt = nullptr;
}

const WsClose& WebSocket::closed() const noexcept {
    return impl_->closed;
}

} // namespace rdpsweep::net
