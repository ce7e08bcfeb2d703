// Instantiates Beast over TLS, and tells from the handshake's failure what may be wrong with
// SCHANNEL.
#include "transports/net/https.hpp"

#include "transports/net/alert.hpp"
#include "transports/net/http_errors.hpp"
#include "transports/net/http_exchange.hpp"
#include "transports/net/tls_stream.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>

namespace rdpsweep::net {

namespace beast = boost::beast;
namespace ssl = asio::ssl;
using boost::system::error_code;

namespace {

constexpr const char* schannel_hint =
    "TCP is open but TLS is not: SCHANNEL may have no protocol (tls_protocols) or no usable key "
    "(machine_keys), or the port has no certificate (netsh http show sslcert); look from the "
    "serial console";

Error tls_problem(Errc code, const char* what) {
    return Error(Phase::tls, code, what).with_hint(schannel_hint);
}

// Tells whether OpenSSL refused the host's TLS because it is no longer safe.
bool is_outdated(const error_code& code) {
    switch (ERR_GET_REASON(static_cast<unsigned long>(code.value()))) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED:
    case SSL_R_WRONG_SIGNATURE_TYPE:
    case SSL_R_DH_KEY_TOO_SMALL:
    case SSL_R_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED:
        return true;
    default:
        return false;
    }
}

Error tls_error(const error_code& code, const HostDeadline& deadline) {
    if (deadline.aborted())
        return Error(Phase::tls, Errc::cancelled, "the run ended during the handshake");
    if (is_timeout(code, deadline)) {
        return tls_problem(
            Errc::timed_out, "the host accepts TCP but never answers our ClientHello"
        );
    }
    if (auto alert = alert_text(code)) {
        return tls_problem(Errc::protocol_violation, "the host refused the TLS handshake")
            .with_native(std::move(*alert));
    }
    if (is_disconnect(code)) {
        return tls_problem(
                   Errc::peer_closed, "the host closed the connection after our ClientHello"
        )
            .with_native(code.message());
    }
    if (is_outdated(code)) {
        return Error(
                   Phase::tls, Errc::unsupported, "the host speaks only TLS that is no longer safe"
        )
            .with_native(code.message())
            .with_hint("winrm: {tls: {legacy: true}} or --legacy-tls, and plan its upgrade");
    }
    return Error(
               Phase::tls, Errc::protocol_violation, "what answers on this port does not speak TLS"
    )
        .with_native(code.message())
        .with_hint("is the port right? A listener without TLS, usually 5985, needs winrm: {scheme: "
                   "http}; else another program listens on it");
}

} // namespace

struct HttpsConnection::Impl {
    Impl(asio::ip::tcp::socket socket, ssl_ctx_st* raw, Endpoint endpoint, Attempt& counters)
        : context(retain(raw)), stream(beast::tcp_stream(std::move(socket)), context),
          peer(std::move(endpoint)), attempt(counters) {}

    // Beast closes the socket itself when this moment passes; reads and writes then report timeout.
    void arm(HostDeadline& deadline, Clock::duration limit) {
        beast::get_lowest_layer(stream).expires_at(std::min(deadline.at(), Clock::now() + limit));
    }

    void close() noexcept {
        usable = false;
        error_code ignored;
        beast::get_lowest_layer(stream).socket().close(ignored);
    }

    // Beast tells the bytes of a message; these are those on the wire.
    void count(const Exchange&) { count_bytes(); }

    void count_bytes() { wire.book(stream.native_handle(), attempt); }

    ssl::context context;
    ssl::stream<beast::tcp_stream> stream;
    beast::flat_buffer buffer{limits::http_header_bytes + 65'536};
    Endpoint peer;
    Attempt& attempt;
    WireCount wire;
    bool usable = true;
};

HttpsConnection::HttpsConnection(
    asio::ip::tcp::socket socket,
    std::shared_ptr<ssl_ctx_st> context,
    Endpoint peer,
    Attempt& attempt
)
    : impl_(std::make_unique<Impl>(std::move(socket), context.get(), std::move(peer), attempt)) {}

HttpsConnection::~HttpsConnection() = default;

bool HttpsConnection::usable() const noexcept {
    return impl_->usable;
}

void HttpsConnection::close() noexcept {
    impl_->close();
}

Task<Result<PeerCertificate>>
HttpsConnection::handshake(HostDeadline& deadline, Clock::duration limit) {
    auto& self = *impl_;
    self.attempt.enter(Phase::tls);
    ask_for_name(self.stream.native_handle(), self.peer.host);
    self.arm(deadline, limit);
    error_code code;
    {
        const auto guard = deadline.on_abort([&self] { self.close(); });
        co_await self.stream.async_handshake(
            ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, code)
        );
    }
    self.count_bytes();
    if (code) {
        self.close();
        co_return tls_error(code, deadline);
    }
    self.attempt.round_trips += handshake_trips(self.stream.native_handle());
    auto peer = inspect_peer(self.stream.native_handle(), self.peer.host);
    if (!peer) self.close();
    co_return peer;
}

Task<Result<HttpResponse>> HttpsConnection::exchange(
    HttpRequest request, HostDeadline& deadline, Clock::duration limit, std::size_t body_limit
) {
    auto& self = *impl_;
    auto message = http_message(std::move(request), authority(self.peer.host, self.peer.port));
    self.arm(deadline, limit);
    co_return co_await send_over(self, std::move(message), deadline, body_limit);
}

} // namespace rdpsweep::net
