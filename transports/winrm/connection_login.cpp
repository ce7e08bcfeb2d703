// How a connection proves who we are: the legs of Basic and Negotiate.
#include "core/encoding.hpp"
#include "transports/winrm/connection.hpp"
#include "transports/winrm/http_auth.hpp"
#include "transports/winrm/http_status.hpp"

namespace rdpsweep::winrm {

namespace {

// NTLM needs three legs and Kerberos one or two; more means that the peer plays with us.
constexpr int most_legs = 4;

// DSP0226, security profiles: HTTPS with a certificate on either side.
constexpr std::string_view mutual_profile =
    "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual";

Error closed_in_mid_logon() {
    return Error(
               Phase::authenticate,
               Errc::protocol_violation,
               "the host closes the connection in the middle of the logon"
    )
        .with_hint("NTLM and Kerberos need one connection: is there a proxy in between?");
}

Error let_in_unasked() {
    return Error(
        Phase::authenticate,
        Errc::protocol_violation,
        "the host let us in without asking who we are"
    );
}

} // namespace

// An IP address has no service principal, and a local account no realm. There is no second try with
// NTLM after Kerberos failed: a wrong password would count twice towards a lock-out.
Mechanism mechanism_for(const Target& target, const Credential& credential) {
    const auto wanted = target.winrm.auth;
    boost::system::error_code not_literal;
    asio::ip::make_address(target.address, not_literal);
    const bool domain_user = credential.user.find('@') != std::string::npos ||
                             std::holds_alternative<CredentialCache>(credential.proof);
    const bool kerberos = wanted == WinRmAuth::kerberos ||
                          (wanted == WinRmAuth::negotiate && not_literal && domain_user);
    return kerberos ? Mechanism::kerberos : Mechanism::ntlm;
}

Task<Result<net::HttpResponse>>
Connection::post_basic(net::SharedText envelope, HostDeadline& deadline, Clock::duration limit) {
    const auto* password = std::get_if<Password>(&credential_.proof);
    if (password == nullptr) {
        return failed(Error(Phase::config, Errc::unsupported, "Basic needs a password"));
    }
    // Basic authenticates every request, RFC 7617.
    proof_sent_ = true;
    auto header = basic_header(credential_.user, password->value.reveal());
    return send(Body(std::move(envelope), soap_type), std::move(header), deadline, limit);
}

// The certificate itself travels in TLS, when the host asks for it; the header makes it ask.
Task<Result<net::HttpResponse>> Connection::post_certificate(
    net::SharedText envelope, HostDeadline& deadline, Clock::duration limit
) {
    proof_sent_ = true;
    std::string header(mutual_profile);
    return send(Body(std::move(envelope), soap_type), std::move(header), deadline, limit);
}

void Connection::begin(Mechanism mechanism) {
    mechanism_ = mechanism;
    GssRequest request;
    request.mechanism = mechanism;
    request.host = target_.address;
    request.spn_service = target_.winrm.spn_service;
    if (bound()) request.channel_binding = peer_.channel_binding;
    request.seal = sealing();
    gss_.emplace(services_.gss, credential_, std::move(request));
}

Task<Result<std::string>> Connection::first_token(HostDeadline& deadline) {
    begin(mechanism_for(target_, credential_));
    co_return co_await gss_->step(std::string(), deadline);
}

Task<Result<net::HttpResponse>>
Connection::negotiate(net::SharedText envelope, HostDeadline& deadline, Clock::duration limit) {
    auto token = co_await first_token(deadline);
    if (!token) co_return std::move(token).error();
    bool proves = mechanism_ == Mechanism::kerberos;
    for (int leg = 0; leg < most_legs; ++leg) {
        auto header = "Negotiate " + base64_encode(*token);
        Body body(proves ? envelope : net::SharedText(), soap_type);
        proof_sent_ = proof_sent_ || proves;
        // A leg without a body starts nothing on the host: it has no reason to take long.
        const auto patience = body.bytes.empty() ? services_.base.step_timeout : limit;
        auto response = co_await send(std::move(body), std::move(header), deadline, patience);
        if (!response) co_return response;
        if (response->status != 401) {
            const bool let_in = sealing() ? response->status == 200 : carries_envelope(*response);
            if (!let_in) co_return response; // the caller says what it means
            if (!proves) co_return let_in_unasked();
            auto proven = co_await finish(*gss_, *response, deadline);
            if (!proven) co_return std::move(proven).error();
            co_return response;
        }
        const auto challenge = read_challenge(response->values("WWW-Authenticate"));
        if (!challenge.token) co_return response;
        if (!usable()) co_return closed_in_mid_logon();
        token = co_await gss_->step(*challenge.token, deadline);
        if (!token) co_return std::move(token).error();
        proves = true;
    }
    co_return Error(Phase::authenticate, Errc::protocol_violation, "authentication never ends")
        .with_native("HTTP 401");
}

// Over HTTP the logon comes first, with empty bodies: an envelope needs its key.
Task<Result<net::HttpResponse>> Connection::log_on_first(HostDeadline& deadline) {
    auto answer = co_await negotiate(net::SharedText(), deadline, services_.base.step_timeout);
    if (!answer || answer->status == 401) co_return answer;
    if (answer->status != 200) co_return unexpected_status(*answer, sealing());
    if (!usable()) co_return closed_in_mid_logon();
    const auto* name = mechanism_ == Mechanism::kerberos ? "Kerberos" : "NTLM";
    add_note(rdpsweep::Message{"note.http_sealed", {{"mechanism", name}}});
    co_return answer;
}

Task<Result<net::HttpResponse>> Connection::post_sealed_first(
    net::SharedText envelope, HostDeadline& deadline, Clock::duration limit
) {
    auto login = co_await log_on_first(deadline);
    if (!login || login->status == 401) co_return login;
    co_return co_await send_packed(std::move(envelope), deadline, limit);
}

// The last token, on the success answer, is the host's proof that it knows the secret too.
Task<Status>
Connection::finish(GssContext& context, const net::HttpResponse& response, HostDeadline& deadline) {
    if (context.complete()) co_return Status();
    const auto challenge = read_challenge(response.values("WWW-Authenticate"));
    if (challenge.token) {
        auto rest = co_await context.step(*challenge.token, deadline);
        if (!rest) co_return std::move(rest).error();
    }
    if (context.complete()) co_return Status();
    co_return Error(
        Phase::authenticate, Errc::protocol_violation, "the host did not prove its identity"
    )
        .with_hint("something between us and the host strips WWW-Authenticate headers");
}

} // namespace rdpsweep::winrm
