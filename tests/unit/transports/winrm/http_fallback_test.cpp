// Which failures of HTTPS lead to a second try over HTTP, and which never may.
#include "tests/support/catch.hpp"
#include "transports/winrm/http_fallback.hpp"

using namespace rdpsweep;
using winrm::over_http;
using winrm::points_at_schannel;

namespace {

Error tls(Errc code, std::string native = "") {
    return Error(Phase::tls, code, "x").with_native(std::move(native));
}

Target target_named(const std::string& address) {
    Target target;
    target.name = address;
    target.address = address;
    return target;
}

Credential with_password(std::string user) {
    return {"c", std::move(user), Password{Secret("some password")}};
}

} // namespace

TEST_CASE("http fallback: resets and a server's alerts point at SCHANNEL", "[winrm]") {
    CHECK(points_at_schannel(tls(Errc::peer_closed)));
    for (const auto* alert :
         {"TLS alert 40 handshake failure",
          "TLS alert 70 protocol version",
          "TLS alert 71",
          "TLS alert 80 x"}) {
        CHECK(points_at_schannel(tls(Errc::protocol_violation, alert)));
    }
}

TEST_CASE("http fallback: nothing else does, least of all a certificate we reject", "[winrm]") {
    CHECK_FALSE(points_at_schannel(tls(Errc::certificate_rejected)));
    CHECK_FALSE(points_at_schannel(tls(Errc::timed_out)));
    CHECK_FALSE(points_at_schannel(tls(Errc::unsupported))); // TLS 1.0 only
    CHECK_FALSE(points_at_schannel(tls(Errc::cancelled)));
    CHECK_FALSE(points_at_schannel(tls(Errc::protocol_violation, "wrong version number")));
    // About our certificate, not about the host's SCHANNEL.
    for (const auto* alert :
         {"TLS alert 42 bad certificate", "TLS alert 48", "TLS alert 116", "TLS alert 400"}) {
        CHECK_FALSE(points_at_schannel(tls(Errc::protocol_violation, alert)));
    }
    CHECK_FALSE(points_at_schannel(Error(Phase::connect, Errc::peer_closed, "x")));
    CHECK_FALSE(points_at_schannel(Error(Phase::http, Errc::peer_closed, "x")));
}

TEST_CASE("http fallback: the policy decides which logons may go over HTTP", "[winrm]") {
    const auto broken = tls(Errc::peer_closed);
    const auto by_name = target_named("sql-01.corp.example");
    const auto by_address = target_named("10.1.0.4");
    const auto domain = with_password("svc@CORP.EXAMPLE");
    const auto local = with_password("CORP\\svc");

    CHECK_FALSE(over_http(by_name, domain, HttpFallback::never, broken));
    CHECK(over_http(by_name, domain, HttpFallback::kerberos, broken));
    CHECK(over_http(by_name, domain, HttpFallback::any, broken));
    // NTLM: the wrong user name for Kerberos, or an address instead of a name.
    CHECK_FALSE(over_http(by_name, local, HttpFallback::kerberos, broken));
    CHECK_FALSE(over_http(by_address, domain, HttpFallback::kerberos, broken));
    CHECK(over_http(by_address, local, HttpFallback::any, broken));
    CHECK_FALSE(over_http(by_address, local, HttpFallback::any, tls(Errc::certificate_rejected)));
}

TEST_CASE("http fallback: the default lets Kerberos try and NTLM not", "[winrm]") {
    const auto policy = WinRmOptions().http_fallback;
    const auto broken = tls(Errc::peer_closed);
    CHECK(over_http(target_named("a.example"), with_password("u@R"), policy, broken));
    CHECK_FALSE(over_http(target_named("a.example"), with_password("u"), policy, broken));
}

TEST_CASE("http fallback: a pinned target, Basic and HTTP itself have none with NTLM", "[winrm]") {
    const auto broken = tls(Errc::peer_closed);
    const auto local = with_password("svc");
    auto pinned = target_named("10.1.0.4");
    pinned.winrm.pin_sha256 = std::string(64, 'a');
    CHECK_FALSE(over_http(pinned, local, HttpFallback::any, broken));
    auto named = target_named("a.example");
    named.winrm.pin_sha256 = std::string(64, 'a');
    CHECK(over_http(named, with_password("u@R"), HttpFallback::kerberos, broken));
    auto basic = target_named("10.1.0.4");
    basic.winrm.auth = WinRmAuth::basic;
    CHECK_FALSE(over_http(basic, local, HttpFallback::any, broken));
    auto http = target_named("10.1.0.4");
    http.winrm.scheme = WinRmScheme::http;
    CHECK_FALSE(over_http(http, local, HttpFallback::any, broken));
}

TEST_CASE("http fallback: it leads to the HTTP port of the same host", "[winrm]") {
    auto target = target_named("10.1.0.4");
    target.winrm.http_port = 15985;
    const auto other =
        over_http(target, with_password("svc"), HttpFallback::any, tls(Errc::peer_closed));
    REQUIRE(other);
    CHECK(other->address == "10.1.0.4");
    CHECK(other->winrm.port == 15985);
    CHECK(other->winrm.scheme == WinRmScheme::http);
}
