// The handshake of the host itself, and what others add to it.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/symptom_facts.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

TEST_CASE("HANDSHAKE: the guest's, and what others add", "[rule]") {
    check_cases(
        "HANDSHAKE",
        {
            {"completed", [](Facts&) {}, Verdict::ok, "ok"},
            {"both",
             [](Facts& f) { f.handshakes.value->push_back(from_outside("done")); },
             Verdict::ok,
             "ok"},
            {"outside fails",
             [](Facts& f) { f.handshakes.value->push_back(from_outside("connect")); },
             Verdict::at_risk,
             "outside_fails"},
            {"only outside, completed",
             [](Facts& f) { *f.handshakes.value = {from_outside("done")}; },
             Verdict::ok,
             "ok_outside"},
            {"only outside, failed",
             [](Facts& f) { *f.handshakes.value = {from_outside("connect")}; },
             Verdict::at_risk,
             "outside_fails"},
            {"guest fails, outside completes",
             [](Facts& f) {
                 fail_handshake(f, "tls", "reset");
                 f.handshakes.value->push_back(from_outside("done"));
             },
             Verdict::at_risk,
             "guest_fails"},
            {"reset at TLS",
             [](Facts& f) { fail_handshake(f, "tls", "reset"); },
             Verdict::broken,
             "reset"},
            {"refused",
             [](Facts& f) { fail_handshake(f, "connect", "refused"); },
             Verdict::broken,
             "refused"},
            {"silent",
             [](Facts& f) { fail_handshake(f, "x224", "timeout"); },
             Verdict::broken,
             "timeout"},
            {"not RDP",
             [](Facts& f) { fail_handshake(f, "x224", "not_rdp"); },
             Verdict::broken,
             "not_rdp"},
            {"alert",
             [](Facts& f) {
                 fail_handshake(f, "tls", "closed");
                 guest(f).alert = 70;
             },
             Verdict::broken,
             "alert"},
            {"code 3 points to the certificate",
             [](Facts& f) {
                 fail_handshake(f, "x224", "");
                 guest(f).failure_code = 3;
             },
             Verdict::broken,
             "no_certificate"},
            {"another code",
             [](Facts& f) {
                 fail_handshake(f, "x224", "");
                 guest(f).failure_code = 5;
             },
             Verdict::broken,
             "negotiation"},
            {"something else",
             [](Facts& f) { fail_handshake(f, "tls", ""); },
             Verdict::broken,
             "failed"},
            {"TLS off by configuration",
             [](Facts& f) {
                 f.security.value->layer = 0;
                 f.security.value->nla = 0;
                 fail_handshake(f, "x224", "");
                 guest(f).failure_code = 2;
             },
             Verdict::at_risk,
             "rdp_security"},
            {"somebody else's loopback",
             [](Facts& f) {
                 f.rdp_port.value->sockets.push_back({"127.0.0.1", 3389, 77, "node.exe", {}});
                 fail_handshake(f, "x224", "not_rdp");
             },
             Verdict::unknown,
             "loopback_taken"},
            {"bound to one address, the loopback is refused, a client was not tried",
             [](Facts& f) {
                 f.rdp_port.value->sockets = {{"10.0.0.4", 3389, 1044, "svchost.exe", {}}};
                 fail_handshake(f, "connect", "refused");
             },
             Verdict::unknown,
             "bound"},
            {"the same, and a client comes in",
             [](Facts& f) {
                 f.rdp_port.value->sockets = {{"10.0.0.4", 3389, 1044, "svchost.exe", {}}};
                 fail_handshake(f, "connect", "refused");
                 f.handshakes.value->push_back(from_outside("done"));
             },
             Verdict::ok,
             "bound_ok"},
            {"the other family's loopback does not matter",
             [](Facts& f) {
                 f.rdp_port.value->sockets.push_back({"::1", 3389, 77, "node.exe", {}});
             },
             Verdict::ok,
             "ok"},
            {"PowerShell 2.0 before a listener of TLS 1.2: no evidence",
             [](Facts& f) { old_script(f); },
             Verdict::unknown,
             "probe_limited"},
            {"PowerShell 2.0, and a client outside completes",
             [](Facts& f) {
                 old_script(f);
                 f.handshakes.value->push_back(from_outside("done"));
             },
             Verdict::ok,
             "ok_limited"},
            {"PowerShell 2.0, TLS 1.0 by request only",
             [](Facts& f) {
                 old_script(f);
                 set_protocol(f, "TLS 1.0", 1, 1);
             },
             Verdict::unknown,
             "probe_limited"},
            {"PowerShell 2.0, TLS 1.0 unread",
             [](Facts& f) {
                 old_script(f);
                 mark_unread(f, "/tls/proto/TLS 1.0");
             },
             Verdict::broken,
             "reset"},
            {"PowerShell 2.0, and a client outside fails",
             [](Facts& f) {
                 old_script(f);
                 f.handshakes.value->push_back(from_outside("tls"));
             },
             Verdict::at_risk,
             "outside_fails"},
            {"PowerShell 2.0, and the tunnel inside is dropped as well",
             [](Facts& f) {
                 old_script(f);
                 f.handshakes.value->push_back(guest(f));
                 f.handshakes.value->back().from = "tunnel";
             },
             Verdict::broken,
             "reset"},
            {"PowerShell 2.0 before a listener that has TLS 1.0: it could speak",
             [](Facts& f) {
                 old_script(f);
                 set_protocol(f, "TLS 1.0", 1, 0);
             },
             Verdict::broken,
             "reset"},
            {"a newer PowerShell knows TLS 1.2",
             [](Facts& f) {
                 old_script(f);
                 f.collector.value->powershell = "4.0";
             },
             Verdict::broken,
             "reset"},
            {".NET Framework before a listener of TLS 1.3 alone",
             [](Facts& f) {
                 old_script(f);
                 f.os.value->build = 20348;
                 set_protocol(f, "TLS 1.2", 0, 1);
                 f.collector.value->powershell = "5.1.20348.2760";
             },
             Verdict::unknown,
             "probe_limited"},
            {"not run", forget_handshake, Verdict::unknown, "not_run"},
            {"not collected",
             [](Facts& f) { f.handshakes.value.reset(); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
}
