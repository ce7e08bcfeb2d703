// Turns refusals of the login and all other statuses into Errors with advice.
#include "transports/winrm/http_status.hpp"

#include "core/known_names.hpp"
#include "core/terminal_text.hpp"
#include "transports/net/alert.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep::winrm {

namespace {

Error auth_error(Errc code, std::string what, std::string hint) {
    return Error(Phase::authenticate, code, std::move(what))
        .with_native("HTTP 401")
        .with_hint(std::move(hint));
}

constexpr std::array<std::string_view, 7> known_schemes{
    "Negotiate", "Kerberos", "NTLM", "CredSSP", "Basic", "Digest", "Bearer"};

// What a status says that belongs to no step of the login.
struct StatusMeaning {
    unsigned status;
    Phase phase;
    Errc code;
    const char* what;
    const char* hint;
};

constexpr StatusMeaning no_meaning{
    0, Phase::http, Errc::protocol_violation, "unexpected HTTP status", ""};

constexpr const char* elsewhere = "another web server or a portal owns the port; give the "
                                  "address and port of WinRM itself";

constexpr std::array status_meanings{
    StatusMeaning{
        200,
        Phase::http,
        Errc::protocol_violation,
        "what answers is a web server, not WinRM",
        elsewhere},
    StatusMeaning{
        204, Phase::http, Errc::protocol_violation, "the host answers with nothing", elsewhere},
    StatusMeaning{
        400,
        Phase::http,
        Errc::protocol_violation,
        "the host cannot read the request",
        "is the name in the inventory one that the listener is made for?"},
    StatusMeaning{
        403, Phase::authenticate, Errc::access_denied, "the host forbids the request", ""},
    StatusMeaning{
        404,
        Phase::http,
        Errc::protocol_violation,
        "there is no /wsman here",
        "another web server owns the port, or the listener has another URLPrefix"},
    StatusMeaning{
        407,
        Phase::http,
        Errc::protocol_violation,
        "a proxy in between asks for a login of its own",
        "reach the host without that proxy, or by SSH through a jump host"},
    StatusMeaning{
        413,
        Phase::http,
        Errc::output_limit,
        "the host finds our request too large",
        "its MaxEnvelopeSizekb is below 150"},
    StatusMeaning{
        416,
        Phase::http,
        Errc::protocol_violation,
        "the host speaks of a range of bytes, which WinRM knows nothing of",
        elsewhere},
    StatusMeaning{
        500,
        Phase::http,
        Errc::protocol_violation,
        "the host failed without a reason",
        "restart WinRM on the host; its Microsoft-Windows-WinRM/Operational log may say more"},
    StatusMeaning{
        503,
        Phase::http,
        Errc::throttled,
        "the WinRM service is down behind http.sys",
        "restart WinRM on the host"},
};

// http.sys refuses headers over MaxFieldLength, which a Kerberos ticket with many groups reaches.
constexpr StatusMeaning long_token{
    400,
    Phase::authenticate,
    Errc::output_limit,
    "the host finds our login too long",
    "a Kerberos ticket of an account in many groups: use an account in fewer, auth: ntlm, or raise "
    "MaxFieldLength and MaxRequestBytes of http.sys on the host (Services\\HTTP\\Parameters)"};

constexpr StatusMeaning not_decrypted{
    400,
    Phase::http,
    Errc::protocol_violation,
    "the host cannot read the request",
    "over HTTP: it could not decrypt the message"};

bool is_redirect(unsigned status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

const StatusMeaning& meaning_of(const net::HttpResponse& response, bool sealing) {
    if (response.status == 400 && response.body.find("Too Long") != std::string::npos)
        return long_token;
    if (response.status == 400 && sealing) return not_decrypted;
    const auto known =
        std::find_if(status_meanings.begin(), status_meanings.end(), [&response](const auto& one) {
            return one.status == response.status;
        });
    return known == status_meanings.end() ? no_meaning : *known;
}

// Nothing of ours is sent where a host points to.
Error redirected(const net::HttpResponse& response) {
    const auto where = response.values("Location");
    const auto place = where.empty() ? "nowhere" : printable(where.front(), 200);
    return Error(Phase::http, Errc::protocol_violation, "the host sends us elsewhere: " + place)
        .with_native("HTTP " + std::to_string(response.status))
        .with_hint(elsewhere);
}

} // namespace

Error denied(const Challenge& challenge, std::string_view scheme, bool bound) {
    if (!challenge.offers(scheme)) {
        return auth_error(
            Errc::access_denied,
            "the host does not offer " + std::string(scheme) + "; it offers " +
                known_names(challenge.schemes, known_schemes),
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

Error denied_certificate(std::string native) {
    return Error(
               Phase::authenticate, Errc::access_denied, "the host refused the client certificate"
    )
        .with_native(std::move(native))
        .with_hint("is Auth\\Certificate on, is it mapped to a local account "
                   "(winrm/config/service/certmapping), and is it for clientAuth with a UPN?");
}

bool certificate_refused(const Error& error, WinRmAuth auth) {
    if (auth != WinRmAuth::certificate || error.code() != Errc::protocol_violation) return false;
    return net::is_certificate_alert(error.native());
}

Error unexpected_status(const net::HttpResponse& response, bool sealing) {
    if (is_redirect(response.status)) return redirected(response);
    const auto& meaning = meaning_of(response, sealing);
    return Error(meaning.phase, meaning.code, meaning.what)
        .with_native("HTTP " + std::to_string(response.status))
        .with_hint(meaning.hint);
}

bool carries_envelope(const net::HttpResponse& response) {
    // Of the body of a 403 nothing is kept, as of that of a 401.
    const bool may = response.status == 200 || (response.status >= 400 && response.status != 403);
    return may && !response.body.empty() && response.body.find("Envelope") != std::string::npos;
}

} // namespace rdpsweep::winrm
