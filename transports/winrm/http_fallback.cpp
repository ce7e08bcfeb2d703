// Decides by the error and the policy; the connection itself is channel.cpp's.
#include "transports/winrm/http_fallback.hpp"

#include "transports/net/alert.hpp"
#include "transports/winrm/connection.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep::winrm {

namespace {

// RFC 8446 section 6.2: handshake_failure, protocol_version, insufficient_security, internal_error.
constexpr std::array schannel_alerts{40, 70, 71, 80};

} // namespace

bool points_at_schannel(const Error& error) {
    if (error.phase() != Phase::tls) return false;
    if (error.code() == Errc::peer_closed) return true;
    const auto alert = net::alert_number(error.native());
    return error.code() == Errc::protocol_violation &&
           std::find(schannel_alerts.begin(), schannel_alerts.end(), alert) !=
               schannel_alerts.end();
}

std::optional<Target> over_http(
    const Target& target, const Credential& credential, HttpFallback policy, const Error& error
) {
    const auto& winrm = target.winrm;
    const bool possible = winrm.scheme == WinRmScheme::https && winrm.auth != WinRmAuth::basic &&
                          winrm.auth != WinRmAuth::certificate && policy != HttpFallback::never &&
                          points_at_schannel(error);
    if (!possible) return std::nullopt;
    const bool kerberos = mechanism_for(target, credential) == Mechanism::kerberos;
    const bool ntlm_allowed = policy == HttpFallback::any && winrm.pin_sha256.empty();
    if (!kerberos && !ntlm_allowed) return std::nullopt;
    auto other = target;
    other.winrm.scheme = WinRmScheme::http;
    other.winrm.port = winrm.http_port;
    return other;
}

} // namespace rdpsweep::winrm
