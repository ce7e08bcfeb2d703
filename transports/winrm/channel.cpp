#include "transports/winrm/channel.hpp"

#include "core/text.hpp"
#include "transports/net/dial.hpp"
#include "transports/winrm/http_auth.hpp"

namespace rdpsweep::winrm {

namespace {

// NTLM needs three legs and Kerberos one or two; more means that the peer plays with us.
constexpr int most_legs = 4;

Error auth_error(Errc code, std::string what, std::string hint) {
    return Error(Phase::authenticate, code, std::move(what))
        .with_native("HTTP 401")
        .with_hint(std::move(hint));
}

std::string join(const std::vector<std::string>& items) {
    std::string text;
    for (const auto& item : items)
        text += (text.empty() ? "" : ", ") + printable(item, 40);
    return text.empty() ? "nothing" : text;
}

// A 401 that ends the conversation: says which of the possible reasons it can be.
Error denied(const Challenge& challenge, std::string_view scheme, bool bound) {
    if (!challenge.offers(scheme)) {
        return auth_error(
            Errc::access_denied,
            "the host does not offer " + std::string(scheme) + "; it offers " +
                join(challenge.schemes),
            "choose an offered method with winrm: {auth: ...} or enable it on the host"
        );
    }
    return auth_error(
        Errc::access_denied,
        "the host refused the credential",
        bound ? "wrong user or password, a locked account, or a TLS-inspecting proxy (try --no-cbt)"
              : "wrong user or password, a locked account, or the host insists on channel bindings"
    );
}

Error unexpected_status(unsigned status) {
    const auto native = "HTTP " + std::to_string(status);
    const auto make = [&native](Phase phase, Errc code, const char* what, const char* hint) {
        return Error(phase, code, what).with_native(native).with_hint(hint);
    };
    switch (status) {
    case 403:
        return make(Phase::authenticate, Errc::access_denied, "the host forbids the request", "");
    case 404:
        return make(
            Phase::http,
            Errc::protocol_violation,
            "there is no /wsman here",
            "another web server owns the port, or the listener has another URLPrefix"
        );
    case 413:
        return make(
            Phase::http,
            Errc::output_limit,
            "the host finds our request too large",
            "its MaxEnvelopeSizekb is below 150"
        );
    case 500:
        return make(
            Phase::http,
            Errc::protocol_violation,
            "the host failed without a reason",
            "restart WinRM on the host; its Microsoft-Windows-WinRM/Operational log may say more"
        );
    case 503:
        return make(
            Phase::http,
            Errc::throttled,
            "the WinRM service is down behind http.sys",
            "restart WinRM on the host"
        );
    default:
        return make(Phase::http, Errc::protocol_violation, "unexpected HTTP status", "");
    }
}

bool carries_envelope(const net::HttpResponse& response) {
    return (response.status == 200 || response.status >= 400) && !response.body.empty() &&
           response.body.find("Envelope") != std::string::npos;
}

} // namespace

Channel::Channel(
    const Target& target, const Credential& credential, WinRmServices& services, Attempt& attempt
)
    : target_(target), credential_(credential), services_(services), attempt_(attempt) {}

bool Channel::usable() const noexcept {
    return connection_ != nullptr && connection_->usable();
}

void Channel::close() noexcept {
    if (connection_) connection_->close();
}

Task<Status> Channel::connect(HostScope& scope) {
    gss_.reset();
    proof_sent_ = false;
    authenticated_ = false;
    connection_.reset();
    const auto port = target_.winrm.port;
    auto socket = co_await net::dial(target_.address, port, services_.base, scope, attempt_);
    if (!socket) co_return std::move(socket).error();
    const bool legacy = target_.winrm.legacy_tls || services_.base.legacy_tls;
    connection_ = std::make_unique<net::HttpsConnection>(
        std::move(*socket),
        legacy ? services_.legacy_tls : services_.strict_tls,
        target_.address,
        port,
        attempt_
    );
    auto peer = co_await connection_->handshake(scope, services_.base.step_timeout);
    if (!peer) co_return std::move(peer).error();
    peer_ = std::move(*peer);
    const auto endpoint = target_.address + ":" + std::to_string(port);
    auto basis = net::decide_trust(peer_, target_.winrm.pin_sha256, endpoint, services_.base.trust);
    if (!basis) {
        connection_->close();
        co_return std::move(basis).error();
    }
    co_return note_trust(*basis);
}

Status Channel::note_trust(net::TrustBasis basis) {
    const auto note = [this](const char* key) {
        Message message{key, {{"sha256", peer_.sha256}}};
        for (const auto& known : attempt_.notes) {
            if (known == message) return;
        }
        attempt_.notes.push_back(std::move(message));
    };
    if (basis == net::TrustBasis::insecure) note("note.insecure");
    if (basis == net::TrustBasis::first_use) note("note.pinned_first_use");
    if (peer_.tls_version != "TLSv1.2" && peer_.tls_version != "TLSv1.3") note("note.legacy_tls");
    return {};
}

Task<Result<net::HttpResponse>> Channel::send(
    std::string body, std::string authorization, HostScope& scope, Clock::duration limit
) {
    net::HttpRequest request;
    request.path = "/wsman";
    request.headers.emplace_back("User-Agent", "rdpsweep/" RDPSWEEP_VERSION);
    request.headers.emplace_back("Content-Type", "application/soap+xml;charset=UTF-8");
    // Endpoints behind IIS compress otherwise.
    request.headers.emplace_back("Accept-Encoding", "identity");
    request.headers.emplace_back("Connection", "Keep-Alive");
    if (!authorization.empty()) {
        request.headers.emplace_back("Authorization", std::move(authorization));
    }
    request.body = std::move(body);
    return connection_->exchange(std::move(request), scope, limit, limits::soap_bytes);
}

Task<Result<net::HttpResponse>>
Channel::post(std::string envelope, HostScope& scope, Clock::duration limit) {
    if (!usable()) {
        co_return Error(Phase::http, Errc::peer_closed, "the connection is closed");
    }
    if (!authenticated_) attempt_.enter(Phase::authenticate);
    std::optional<Result<net::HttpResponse>> answer;
    if (target_.winrm.auth == WinRmAuth::basic) {
        answer.emplace(co_await post_basic(std::move(envelope), scope, limit));
    } else if (!authenticated_) {
        answer.emplace(co_await negotiate(std::move(envelope), scope, limit));
    } else {
        answer.emplace(co_await send(std::move(envelope), std::string(), scope, limit));
    }
    if (!*answer) {
        auto error = std::move(*answer).error();
        // Lost after our proof was sent: another try would be another logon, and may start what was
        // started already.
        const bool at_login = !authenticated_ && proof_sent_ && error.phase() == Phase::http;
        if (at_login) co_return std::move(error).in_phase(Phase::authenticate);
        co_return error;
    }
    auto& response = **answer;
    if (response.status == 401) {
        const auto* scheme = target_.winrm.auth == WinRmAuth::basic ? "Basic" : "Negotiate";
        const bool bound = services_.base.channel_bindings && target_.winrm.channel_bindings;
        co_return denied(read_challenge(response.values("WWW-Authenticate")), scheme, bound);
    }
    if (!carries_envelope(response)) co_return unexpected_status(response.status);
    authenticated_ = true;
    co_return std::move(response);
}

Task<Result<net::HttpResponse>>
Channel::post_basic(std::string envelope, HostScope& scope, Clock::duration limit) {
    const auto* password = std::get_if<Password>(&credential_.proof);
    if (password == nullptr) {
        co_return Error(Phase::config, Errc::unsupported, "Basic needs a password");
    }
    // Basic authenticates every request, RFC 7617.
    proof_sent_ = true;
    auto header = basic_header(credential_.user, password->value.reveal());
    co_return co_await send(std::move(envelope), std::move(header), scope, limit);
}

void Channel::begin(Mechanism mechanism) {
    mechanism_ = mechanism;
    GssRequest request;
    request.mechanism = mechanism;
    request.host = target_.address;
    request.spn_service = target_.winrm.spn_service;
    if (services_.base.channel_bindings && target_.winrm.channel_bindings) {
        request.channel_binding = peer_.channel_binding;
    }
    gss_.emplace(services_.gss, credential_, std::move(request));
}

Task<Result<std::string>> Channel::first_token(HostScope& scope) {
    const auto wanted = target_.winrm.auth;
    boost::system::error_code not_literal;
    asio::ip::make_address(target_.address, not_literal);
    const bool domain_user = credential_.user.find('@') != std::string::npos ||
                             std::holds_alternative<CredentialCache>(credential_.proof);
    // An IP address has no service principal, and a local account no realm. There is no second try
    // with NTLM after Kerberos failed: a wrong password would count twice towards a lock-out.
    const bool kerberos = wanted == WinRmAuth::kerberos ||
                          (wanted == WinRmAuth::negotiate && not_literal && domain_user);
    begin(kerberos ? Mechanism::kerberos : Mechanism::ntlm);
    co_return co_await gss_->step(std::string(), scope);
}

Task<Result<net::HttpResponse>>
Channel::negotiate(std::string envelope, HostScope& scope, Clock::duration limit) {
    auto token = co_await first_token(scope);
    if (!token) co_return std::move(token).error();
    bool carries_body = mechanism_ == Mechanism::kerberos;
    for (int leg = 0; leg < most_legs; ++leg) {
        auto header = "Negotiate " + base64_encode(*token);
        std::string body = carries_body ? envelope : std::string();
        // A leg without a body starts nothing on the host: it has no reason to take long.
        proof_sent_ = proof_sent_ || carries_body;
        const auto patience = carries_body ? limit : services_.base.step_timeout;
        auto response = co_await send(std::move(body), std::move(header), scope, patience);
        if (!response) co_return response;
        const auto challenge = read_challenge(response->values("WWW-Authenticate"));
        if (response->status != 401) {
            if (!carries_envelope(*response)) co_return response; // post() says what it means
            if (!carries_body) {
                co_return Error(
                    Phase::authenticate,
                    Errc::protocol_violation,
                    "the host let us in without asking who we are"
                );
            }
            auto proven = co_await finish(*gss_, *response, scope);
            if (!proven) co_return std::move(proven).error();
            co_return response;
        }
        if (!challenge.token || !usable()) co_return response;
        token = co_await gss_->step(*challenge.token, scope);
        if (!token) co_return std::move(token).error();
        carries_body = true;
    }
    co_return Error(Phase::authenticate, Errc::protocol_violation, "authentication never ends")
        .with_native("HTTP 401");
}

// The last token, on the success answer, is the host's proof that it knows the secret too.
Task<Status>
Channel::finish(GssContext& context, const net::HttpResponse& response, HostScope& scope) {
    if (context.complete()) co_return Status();
    const auto challenge = read_challenge(response.values("WWW-Authenticate"));
    if (challenge.token) {
        auto rest = co_await context.step(*challenge.token, scope);
        if (!rest) co_return std::move(rest).error();
    }
    if (context.complete()) co_return Status();
    co_return Error(
        Phase::authenticate, Errc::protocol_violation, "the host did not prove its identity"
    )
        .with_hint("something between us and the host strips WWW-Authenticate headers");
}

} // namespace rdpsweep::winrm
