#include "transports/net/https.hpp"

#include "transports/net/alert.hpp"
#include "transports/net/http_errors.hpp"
#include "transports/net/http_exchange.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <optional>

namespace rdpsweep::net {

namespace beast = boost::beast;
namespace ssl = asio::ssl;
using boost::system::error_code;

namespace {

constexpr const char* schannel_hint =
    "TCP is open but TLS is not: SCHANNEL may have no protocol (tls_protocols) or no usable key "
    "(machine_keys); look from the serial console";

Error tls_error(const error_code& code, const HostScope& scope) {
    if (scope.aborted())
        return Error(Phase::tls, Errc::cancelled, "the run ended during the handshake");
    if (is_timeout(code, scope)) {
        return Error(
                   Phase::tls,
                   Errc::timed_out,
                   "the host accepts TCP but never answers our ClientHello"
        )
            .with_hint(schannel_hint);
    }
    if (auto alert = alert_text(code)) {
        return Error(Phase::tls, Errc::protocol_violation, "the host refused the TLS handshake")
            .with_native(std::move(*alert))
            .with_hint(schannel_hint);
    }
    if (is_disconnect(code)) {
        return Error(
                   Phase::tls,
                   Errc::peer_closed,
                   "the host closed the connection after our ClientHello"
        )
            .with_native(code.message())
            .with_hint(schannel_hint);
    }
    const int reason = ERR_GET_REASON(static_cast<unsigned long>(code.value()));
    if (reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_VERSION_TOO_LOW ||
        reason == SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED ||
        reason == SSL_R_WRONG_SIGNATURE_TYPE || reason == SSL_R_DH_KEY_TOO_SMALL ||
        reason == SSL_R_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED) {
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
        .with_hint("is the port right, and is another program listening on it?");
}

bool is_ip_literal(const std::string& host) {
    error_code code;
    asio::ip::make_address(host, code);
    return !code;
}

} // namespace

// Asio's context takes ownership of a raw SSL_CTX; ours is shared, so it holds one more reference.
struct SharedContext {
    explicit SharedContext(ssl_ctx_st* raw) : context(retain(raw)) {}

    static SSL_CTX* retain(ssl_ctx_st* raw) {
        SSL_CTX_up_ref(raw);
        return raw;
    }

    ssl::context context;
};

struct HttpsConnection::Impl {
    Impl(
        asio::ip::tcp::socket socket,
        ssl_ctx_st* raw,
        std::string name,
        std::uint16_t number,
        Attempt& counters
    )
        : shared(raw), stream(beast::tcp_stream(std::move(socket)), shared.context),
          host(std::move(name)), port(number), attempt(counters) {}

    // Beast closes the socket itself when this moment passes; reads and writes then report timeout.
    void arm(HostScope& scope, Clock::duration limit) {
        beast::get_lowest_layer(stream).expires_at(std::min(scope.deadline(), Clock::now() + limit)
        );
    }

    void close() noexcept {
        usable = false;
        error_code ignored;
        beast::get_lowest_layer(stream).socket().close(ignored);
    }

    void count_bytes() {
        const auto sent = BIO_number_written(SSL_get_wbio(stream.native_handle()));
        const auto received = BIO_number_read(SSL_get_rbio(stream.native_handle()));
        attempt.bytes_sent += sent - counted_sent;
        attempt.bytes_received += received - counted_received;
        counted_sent = sent;
        counted_received = received;
    }

    SharedContext shared;
    ssl::stream<beast::tcp_stream> stream;
    beast::flat_buffer buffer{limits::http_header_bytes + 65'536};
    std::string host;
    std::uint16_t port;
    Attempt& attempt;
    std::uint64_t counted_sent = 0;
    std::uint64_t counted_received = 0;
    bool usable = true;
};

HttpsConnection::HttpsConnection(
    asio::ip::tcp::socket socket,
    std::shared_ptr<ssl_ctx_st> context,
    std::string host,
    std::uint16_t port,
    Attempt& attempt
)
    : impl_(std::make_unique<Impl>(std::move(socket), context.get(), std::move(host), port, attempt)
      ) {}

HttpsConnection::~HttpsConnection() = default;

bool HttpsConnection::usable() const noexcept {
    return impl_->usable;
}

void HttpsConnection::close() noexcept {
    impl_->close();
}

Task<Result<PeerCertificate>> HttpsConnection::handshake(HostScope& scope, Clock::duration limit) {
    auto& self = *impl_;
    self.attempt.enter(Phase::tls);
    if (!is_ip_literal(self.host)) {
        SSL_set_tlsext_host_name(self.stream.native_handle(), self.host.c_str());
    }
    self.arm(scope, limit);
    error_code code;
    {
        const auto guard = scope.on_abort([&self] { self.close(); });
        co_await self.stream.async_handshake(
            ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, code)
        );
    }
    self.count_bytes();
    if (code) {
        self.close();
        co_return tls_error(code, scope);
    }
    // A full handshake costs one round trip with TLS 1.3 (RFC 8446 section 2), two before it.
    self.attempt.round_trips += SSL_version(self.stream.native_handle()) >= TLS1_3_VERSION ? 1 : 2;
    auto peer = inspect_peer(self.stream.native_handle(), self.host);
    if (!peer) self.close();
    co_return peer;
}

Task<Result<HttpResponse>> HttpsConnection::exchange(
    HttpRequest request, HostScope& scope, Clock::duration limit, std::size_t body_limit
) {
    auto& self = *impl_;
    auto message = http_message(std::move(request), authority(self.host, self.port));
    self.arm(scope, limit);
    const auto guard = scope.on_abort([&self] { self.close(); });
    auto done = co_await exchange_over(self.stream, self.buffer, message, body_limit);
    wipe_authorization(message);
    self.count_bytes();
    ++self.attempt.round_trips;
    if (done.code) {
        self.close();
        co_return http_error(done.code, scope, done.sending);
    }
    if (!done.response.keep_alive) self.usable = false;
    co_return std::move(done.response);
}

} // namespace rdpsweep::net
