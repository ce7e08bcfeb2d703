#include "transports/winrm/http_status.hpp"

#include "core/text.hpp"
#include "transports/net/alert.hpp"

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
    const auto native = "HTTP " + std::to_string(status);
    const auto make = [&native](Phase phase, Errc code, const char* what, const char* hint) {
        return Error(phase, code, what).with_native(native).with_hint(hint);
    };
    switch (status) {
    case 400:
        return make(
            Phase::http,
            Errc::protocol_violation,
            "the host cannot read the request",
            "over HTTP: it could not decrypt the message"
        );
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

} // namespace rdpsweep::winrm
