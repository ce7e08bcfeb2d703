// Connects, seals and posts; the login is in channel_login.cpp.
#include "transports/winrm/connection.hpp"

#include "core/arrival.hpp"
#include "transports/net/dial.hpp"
#include "transports/net/http_plain.hpp"
#include "transports/net/https.hpp"
#include "transports/winrm/http_status.hpp"
#include "transports/winrm/sealing.hpp"
#include "transports/winrm/winrm.hpp"

namespace rdpsweep::winrm {

namespace {

Error outdated_tls(std::string native) {
    return Error(
               Phase::tls,
               Errc::unsupported,
               "the host closes TLS unless it is offered what is no longer safe: its certificate "
               "may "
               "be signed with SHA-1"
    )
        .with_native(std::move(native))
        .with_hint("winrm: {tls: {legacy: true}} or --legacy-tls, and renew its certificate");
}

} // namespace

Task<Result<net::HttpResponse>> Connection::failed(Error error) {
    co_return std::move(error);
}

Connection::Connection(
    const Target& target, const Credential& credential, WinRmServices& services, Attempt& attempt
)
    : target_(target), credential_(credential), services_(services), attempt_(attempt) {}

bool Connection::usable() const noexcept {
    return connection_ != nullptr && connection_->usable();
}

void Connection::close() noexcept {
    if (connection_) connection_->close();
}

Task<Status> Connection::connect(HostDeadline& deadline) {
    gss_.reset();
    proof_sent_ = false;
    authenticated_ = false;
    connection_.reset();
    if (sealing() && target_.winrm.auth == WinRmAuth::certificate) {
        co_return Error(Phase::config, Errc::unsupported, "a client certificate needs HTTPS");
    }
    if (sealing() && target_.winrm.auth == WinRmAuth::basic) {
        co_return Error(
            Phase::config, Errc::unsupported, "Basic over HTTP would show the password to anybody"
        )
            .with_hint("winrm: {auth: negotiate}, or scheme: https");
    }
    if (sealing()) attempt_.transport = sealed_name;
    net::Endpoint to{target_.address, target_.winrm.port};
    auto socket = co_await net::dial(std::move(to), services_.base, deadline, attempt_);
    if (!socket) co_return std::move(socket).error();
    auto may_begin = co_await arrive(attempt_);
    if (!may_begin) co_return may_begin;
    if (!sealing()) co_return co_await secure(std::move(*socket), deadline);
    const net::Endpoint peer{target_.address, target_.winrm.port};
    connection_ = std::make_unique<net::PlainHttpConnection>(std::move(*socket), peer, attempt_);
    co_return Status();
}

// Says hello once more, on another connection, as --legacy-tls would: a host whose certificate is
// signed with SHA-1 closes when it is not offered. Nothing of ours but the hello is sent.
Task<bool> Connection::takes_legacy_tls(HostDeadline& deadline) {
    net::Endpoint to{target_.address, target_.winrm.port};
    auto socket = co_await net::dial(to, services_.base, deadline, attempt_);
    if (!socket) co_return false;
    auto context = services_.tls.get(target_, credential_, net::TlsProfile::legacy);
    if (!context) co_return false;
    net::HttpsConnection second(std::move(*socket), std::move(*context), to, attempt_);
    const auto peer = co_await second.handshake(deadline, services_.base.step_timeout);
    second.close();
    co_return static_cast<bool>(peer);
}

Task<Status> Connection::secure(asio::ip::tcp::socket socket, HostDeadline& deadline) {
    const bool legacy = target_.winrm.legacy_tls || services_.base.legacy_tls;
    const auto port = target_.winrm.port;
    auto context = services_.tls.get(
        target_, credential_, legacy ? net::TlsProfile::legacy : net::TlsProfile::strict
    );
    if (!context) co_return std::move(context).error();
    auto connection = std::make_unique<net::HttpsConnection>(
        std::move(socket), std::move(*context), net::Endpoint{target_.address, port}, attempt_
    );
    auto peer = co_await connection->handshake(deadline, services_.base.step_timeout);
    if (!peer && certificate_refused(peer.error(), target_.winrm.auth)) {
        co_return denied_certificate(std::string(peer.error().native()));
    }
    if (!peer && !legacy && peer.error().code() == Errc::peer_closed) {
        const bool outdated = co_await takes_legacy_tls(deadline);
        if (outdated) co_return outdated_tls(std::string(peer.error().native()));
    }
    if (!peer) co_return std::move(peer).error();
    peer_ = std::move(*peer);
    const auto endpoint = target_.address + ":" + std::to_string(port);
    auto basis =
        net::decide_certificate(peer_, target_.winrm.pin_sha256, endpoint, services_.base.trust);
    if (!basis) co_return std::move(basis).error();
    connection_ = std::move(connection);
    co_return note_trust(*basis);
}

Status Connection::note_trust(TrustBasis basis) {
    const auto note = [this](const char* key) {
        add_note(rdpsweep::Message{key, {{"sha256", peer_.sha256}}});
    };
    if (basis == TrustBasis::insecure) note("note.insecure");
    if (basis == TrustBasis::first_use) note("note.pinned_first_use");
    if (peer_.tls_version != "TLSv1.2" && peer_.tls_version != "TLSv1.3") note("note.legacy_tls");
    return {};
}

// Adds a note once an attempt, however many connections it takes.
void Connection::add_note(rdpsweep::Message note) {
    for (const auto& known : attempt_.notes) {
        if (known == note) return;
    }
    attempt_.notes.push_back(std::move(note));
}

Task<Result<net::HttpResponse>> Connection::send(
    Body body, std::string authorization, HostDeadline& deadline, Clock::duration limit
) {
    net::HttpRequest request;
    request.path = "/wsman";
    request.headers.emplace_back("User-Agent", "rdpsweep/" RDPSWEEP_VERSION);
    request.headers.emplace_back("Content-Type", std::string(body.type));
    // Endpoints behind IIS compress otherwise.
    request.headers.emplace_back("Accept-Encoding", "identity");
    request.headers.emplace_back("Connection", "Keep-Alive");
    if (!authorization.empty()) {
        request.headers.emplace_back("Authorization", std::move(authorization));
    }
    request.body = std::move(body.bytes);
    return connection_->exchange(std::move(request), deadline, limit, limits::soap_bytes);
}

Task<Result<net::HttpResponse>>
Connection::post(net::SharedText envelope, HostDeadline& deadline, Clock::duration limit) {
    if (!usable()) {
        co_return Error(Phase::http, Errc::peer_closed, "the connection is closed");
    }
    if (!authenticated_) attempt_.enter(Phase::authenticate);
    auto answer = co_await deliver(std::move(envelope), deadline, limit);
    if (!answer) {
        auto error = std::move(answer).error();
        if (certificate_refused(error, target_.winrm.auth)) {
            co_return denied_certificate(std::string(error.native()));
        }
        // Lost after our proof was sent: another try would be another logon, and may start what was
        // started already.
        const bool at_login = !authenticated_ && proof_sent_ && error.phase() == Phase::http;
        if (at_login) co_return std::move(error).in_phase(Phase::authenticate);
        co_return error;
    }
    if (answer->status == 401) co_return refused(*answer);
    if (sealing()) {
        auto opened = open_sealed(*answer);
        // After one message that cannot be read, no later one can.
        if (!opened) close();
        if (!opened) co_return std::move(opened).error();
        answer->body = std::move(*opened);
    }
    if (!carries_envelope(*answer)) co_return unexpected_status(*answer, sealing());
    authenticated_ = true;
    co_return answer;
}

// Logs on where that is still to be done, and sends the envelope. No coroutine, nor is what it
// calls once we are known: a host that waits has one for post() and one for the exchange.
Task<Result<net::HttpResponse>>
Connection::deliver(net::SharedText envelope, HostDeadline& deadline, Clock::duration limit) {
    if (target_.winrm.auth == WinRmAuth::certificate) {
        return post_certificate(std::move(envelope), deadline, limit);
    }
    if (target_.winrm.auth == WinRmAuth::basic) {
        return post_basic(std::move(envelope), deadline, limit);
    }
    if (authenticated_) return send_packed(std::move(envelope), deadline, limit);
    return sealing() ? post_sealed_first(std::move(envelope), deadline, limit)
                     : negotiate(std::move(envelope), deadline, limit);
}

Task<Result<net::HttpResponse>>
Connection::send_packed(net::SharedText envelope, HostDeadline& deadline, Clock::duration limit) {
    auto body = pack(std::move(envelope));
    if (!body) return failed(std::move(body).error());
    return send(std::move(*body), std::string(), deadline, limit);
}

Error Connection::refused(const net::HttpResponse& answer) const {
    if (target_.winrm.auth == WinRmAuth::certificate) return denied_certificate("HTTP 401");
    const auto* scheme = target_.winrm.auth == WinRmAuth::basic ? "Basic" : "Negotiate";
    return denied(read_challenge(answer.values("WWW-Authenticate")), scheme, bound());
}

Result<Connection::Body> Connection::pack(net::SharedText envelope) {
    if (!sealing()) return Body(std::move(envelope), soap_type);
    auto sealed = gss_->seal(envelope.whole()); // each host has a key of its own
    if (!sealed) return std::move(sealed).error();
    return Body(sealed_body(*sealed), sealed_content_type());
}

// What a host says over HTTP counts only where it is encrypted with the key of our logon; of
// anything else we believe no more than that it is not that.
Result<std::string> Connection::open_sealed(const net::HttpResponse& answer) {
    if (answer.body.empty()) return unexpected_status(answer, sealing());
    const auto types = answer.values("Content-Type");
    const auto parts = read_sealed(types.empty() ? std::string() : types.front(), answer.body);
    if (!parts) return parts.error();
    std::string plain;
    for (const auto& part : *parts) {
        auto piece = gss_->unseal(part.header, part.data);
        if (!piece) return std::move(piece).error();
        plain += *piece;
    }
    return plain;
}

} // namespace rdpsweep::winrm
