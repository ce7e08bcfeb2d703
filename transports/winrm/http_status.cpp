// Turns refusals of the login and all other statuses into Errors with advice.
#include "transports/winrm/http_status.hpp"

#include "core/text.hpp"
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

std::string listed(std::vector<std::string> items) {
    for (auto& item : items)
        item = printable(item, 40);
    return items.empty() ? "nothing" : join(items, ", ");
}

// What a status says that belongs to no step of the login.
struct Meaning {
    unsigned status;
    Phase phase;
    Errc code;
    const char* what;
    const char* hint;
};

constexpr Meaning no_meaning{
    0, Phase::http, Errc::protocol_violation, "unexpected HTTP status", ""};

constexpr std::array meanings{
    Meaning{
        400,
        Phase::http,
        Errc::protocol_violation,
        "the host cannot read the request",
        "over HTTP: it could not decrypt the message"},
    Meaning{403, Phase::authenticate, Errc::access_denied, "the host forbids the request", ""},
    Meaning{
        404,
        Phase::http,
        Errc::protocol_violation,
        "there is no /wsman here",
        "another web server owns the port, or the listener has another URLPrefix"},
    Meaning{
        413,
        Phase::http,
        Errc::output_limit,
        "the host finds our request too large",
        "its MaxEnvelopeSizekb is below 150"},
    Meaning{
        500,
        Phase::http,
        Errc::protocol_violation,
        "the host failed without a reason",
        "restart WinRM on the host; its Microsoft-Windows-WinRM/Operational log may say more"},
    Meaning{
        503,
        Phase::http,
        Errc::throttled,
        "the WinRM service is down behind http.sys",
        "restart WinRM on the host"},
};

} // namespace

Error denied(const Challenge& challenge, std::string_view scheme, bool bound) {
    if (!challenge.offers(scheme)) {
        return auth_error(
            Errc::access_denied,
            "the host does not offer " + std::string(scheme) + "; it offers " +
                listed(challenge.schemes),
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

Error unexpected_status(unsigned status) {
    const auto known = std::find_if(meanings.begin(), meanings.end(), [status](const auto& one) {
        return one.status == status;
    });
    const auto& meaning = known == meanings.end() ? no_meaning : *known;
    return Error(meaning.phase, meaning.code, meaning.what)
        .with_native("HTTP " + std::to_string(status))
        .with_hint(meaning.hint);
}

bool carries_envelope(const net::HttpResponse& response) {
    return (response.status == 200 || response.status >= 400) && !response.body.empty() &&
           response.body.find("Envelope") != std::string::npos;
}

} // namespace rdpsweep::winrm
