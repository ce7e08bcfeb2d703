#include "transports/net/https.hpp"

#include "core/limits.hpp"
#include "core/secret.hpp"
#include "core/text.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <optional>

namespace rdpsweep::net {

namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using boost::system::error_code;

namespace {

// An SSL alert's number travels in OpenSSL's reason code (SSL_AD_REASON_OFFSET).
constexpr int alert_offset = 1000;

std::optional<int> alert_of(const error_code& code) {
    if (code.category() != asio::error::get_ssl_category()) return std::nullopt;
    const int reason = ERR_GET_REASON(static_cast<unsigned long>(code.value()));
    if (reason < alert_offset || reason >= alert_offset + 256) return std::nullopt;
    return reason - alert_offset;
}

bool is_timeout(const error_code& code, const HostScope& scope) {
    return code == beast::error::timeout || scope.expired();
}

bool is_disconnect(const error_code& code) {
    return code == asio::error::eof || code == asio::error::connection_reset ||
           code == asio::error::broken_pipe || code == ssl::error::stream_truncated ||
           code == asio::error::connection_aborted || code == http::error::end_of_stream ||
           code == http::error::partial_message;
}

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
    if (const auto alert = alert_of(code)) {
        return Error(Phase::tls, Errc::protocol_violation, "the host refused the TLS handshake")
            .with_native(
                "TLS alert " + std::to_string(*alert) + " " + SSL_alert_desc_string_long(*alert)
            )
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

Error http_error(const error_code& code, const HostScope& scope, bool sending) {
    if (scope.aborted())
        return Error(Phase::http, Errc::cancelled, "the run ended during a request");
    if (is_timeout(code, scope)) {
        return Error(
                   Phase::http,
                   Errc::timed_out,
                   scope.expired() ? "the host's time was up before it answered"
                                   : "the host did not finish its answer in time"
        )
            .with_hint("see how long each rung took with `rdpsweep check`, or raise --deadline");
    }
    if (code == http::error::body_limit || code == http::error::header_limit ||
        code == http::error::buffer_overflow) {
        return Error(Phase::http, Errc::output_limit, "the answer is larger than we accept")
            .with_native(code.message());
    }
    if (is_disconnect(code) || sending) {
        return Error(
                   Phase::http, Errc::peer_closed, "the host closed the connection in mid-exchange"
        )
            .with_native(code.message());
    }
    return Error(Phase::http, Errc::protocol_violation, "the answer is not HTTP")
        .with_native(code.message());
}

bool is_ip_literal(const std::string& host) {
    error_code code;
    asio::ip::make_address(host, code);
    return !code;
}

} // namespace

std::vector<std::string> HttpResponse::values(std::string_view name) const {
    std::vector<std::string> found;
    for (const auto& [key, value] : headers) {
        if (iequals(key, name)) found.push_back(value);
    }
    return found;
}

std::string authority(const std::string& host, std::uint16_t port) {
    const bool v6 = host.find(':') != std::string::npos;
    const auto bare = host.substr(0, host.find('%'));
    return (v6 ? "[" + bare + "]" : host) + ":" + std::to_string(port);
}

// Asio's context takes ownership of a raw SSL_CTX; ours is shared, so it holds one more reference.
struct SharedContext {
    explicit SharedContext(ssl_ctx_st* raw) : context(retain(raw)) {}

    static SSL_CTX* retain(ssl_ctx_st* raw) {
        SSL_CTX_up_ref(raw);
        return raw;
    }

    ssl::context context;
};

namespace {

// Basic carries the password: its Base64 must not stay in freed memory.
void wipe_authorization(http::request<http::string_body>& message) {
    const auto at = message.find(http::field::authorization);
    if (at == message.end()) return;
    const auto value = at->value();
    OPENSSL_cleanse(const_cast<char*>(value.data()), value.size());
}

} // namespace

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

    http::request<http::string_body> message(HttpRequest&& request) const {
        http::request<http::string_body> out(http::verb::post, request.path, 11);
        out.set(http::field::host, authority(host, port));
        for (auto& [name, value] : request.headers) {
            out.set(name, value);
            if (name == "Authorization") cleanse(value);
        }
        out.body() = std::move(request.body);
        out.content_length(out.body().size());
        return out;
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
    auto message = self.message(std::move(request));
    http::response_parser<http::string_body> parser;
    parser.body_limit(body_limit);
    parser.header_limit(static_cast<std::uint32_t>(limits::http_header_bytes));
    self.arm(scope, limit);
    error_code code;
    bool sending = true;
    {
        const auto guard = scope.on_abort([&self] { self.close(); });
        co_await http::async_write(
            self.stream, message, asio::redirect_error(asio::use_awaitable, code)
        );
        if (!code) {
            sending = false;
            co_await http::async_read(
                self.stream, self.buffer, parser, asio::redirect_error(asio::use_awaitable, code)
            );
        }
    }
    wipe_authorization(message);
    self.count_bytes();
    ++self.attempt.round_trips;
    if (code) {
        self.close();
        co_return http_error(code, scope, sending);
    }
    auto answer = parser.release();
    HttpResponse response;
    response.status = answer.result_int();
    for (const auto& field : answer) {
        response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    response.keep_alive = answer.keep_alive();
    response.body = std::move(answer.body());
    if (!response.keep_alive) self.usable = false;
    co_return response;
}

} // namespace rdpsweep::net
