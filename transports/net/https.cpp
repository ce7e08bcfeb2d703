// Tells from the handshake's failure what may be wrong with SCHANNEL.
#include "transports/net/https.hpp"

#include "transports/net/alert.hpp"
#include "transports/net/http_errors.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>

namespace rdpsweep::net {

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

HttpsConnection::HttpsConnection(
    asio::ip::tcp::socket socket,
    const std::shared_ptr<ssl_ctx_st>& context,
    Endpoint peer,
    Attempt& attempt
)
    : HttpsConnection(
          std::make_unique<TlsStream>(std::move(socket), context, peer.host), peer, attempt
      ) {}

HttpsConnection::HttpsConnection(std::unique_ptr<TlsStream> stream, Endpoint peer, Attempt& attempt)
    : WireHttp(std::move(stream), authority(peer.host, peer.port), attempt),
      stream_(static_cast<TlsStream&>(wire())), host_(std::move(peer.host)) {}

Task<Result<PeerCertificate>>
HttpsConnection::handshake(HostDeadline& deadline, Clock::duration limit) {
    attempt().enter(Phase::tls);
    const auto guard = deadline.on_abort([this] { close(); });
    stream_.allow_until(std::min(deadline.at(), Clock::now() + limit));
    const auto code = co_await stream_.handshake();
    stream_.allow_for_good();
    stream_.book(attempt());
    if (code) {
        close();
        co_return tls_error(code, deadline);
    }
    attempt().round_trips += stream_.handshake_trips();
    auto peer = inspect_peer(stream_.tls(), host_);
    if (!peer) close();
    co_return peer;
}

} // namespace rdpsweep::net
