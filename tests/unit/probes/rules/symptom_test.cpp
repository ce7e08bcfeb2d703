#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

HandshakeFacts from_outside(const char* stage) {
    HandshakeFacts handshake;
    handshake.from = "outside";
    handshake.address = "203.0.113.7";
    handshake.stage = stage;
    handshake.selected_protocol = 2;
    handshake.tls_version = "1.3";
    handshake.peer_thumbprint = own_thumbprint;
    return handshake;
}

// The script's own handshake is dropped by a listener that is hardened to TLS 1.2.
void old_script(Facts& facts) {
    facts.collector.value->powershell = "2.0";
    set_protocol(facts, "TLS 1.0", 0, 1);
    set_protocol(facts, "TLS 1.1", 0, 1);
    set_protocol(facts, "TLS 1.2", 1, 0);
    fail_handshake(facts, "tls", "reset");
}

void rdp_key_audit(Facts& facts, std::uint32_t id, std::int64_t ago, const char* code) {
    add_event(facts, "Security", id, ago).data = {
        {"KeyName", "TSSecKeySet1"}, {"SubjectUserSid", "S-1-5-20"}, {"ReturnCode", code}};
}

} // namespace

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

TEST_CASE("EVT.SCHANNEL: counts for RDP only beside RDP", "[rule]") {
    check_cases(
        "EVT.SCHANNEL",
        {
            {"none", [](Facts&) {}, Verdict::ok, "ok"},
            {"none, but the log was cleared an hour ago",
             [](Facts& f) { f.events.value->oldest_record = fixed_now - 3600; },
             Verdict::unknown,
             "log_short"},
            {"none, reach of the log not known",
             [](Facts& f) { f.events.value->oldest_record.reset(); },
             Verdict::unknown,
             "log_short"},
            {"any TLS server may have raised it",
             [](Facts& f) { add_event(f, "Schannel", 36870, 7200); },
             Verdict::at_risk,
             "key_possible"},
            {"uncorrelated, although RDP is down",
             [](Facts& f) {
                 add_event(f, "Schannel", 36870, 7200);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::at_risk,
             "key_possible"},
            {"after an RDP connection, down: time alone proves nothing",
             [](Facts& f) {
                 add_event(f, "RdpCoreTS", 131, 7203);
                 add_event(f, "Schannel", 36870, 7200);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::at_risk,
             "key_near"},
            {"after an RDP connection, well",
             [](Facts& f) {
                 add_event(f, "TermService", 261, 7203);
                 add_event(f, "Schannel", 36871, 7200);
             },
             Verdict::at_risk,
             "tls_near"},
            {"TermService's process is named, down",
             [](Facts& f) {
                 add_event(f, "Schannel", 36870, 7200).data["CallerProcessId"] = "1044";
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "key_now"},
            {"TermService's process is named in hexadecimal, well again",
             [](Facts& f) {
                 auto& data = add_event(f, "Schannel", 36871, 7200).data;
                 data = {{"CallerProcessId", "0x414"}, {"CallerProcessImageName", "svchost.exe"}};
             },
             Verdict::at_risk,
             "tls_past"},
            {"another process is named, beside a connection",
             [](Facts& f) {
                 add_event(f, "RdpCoreTS", 131, 7203);
                 add_event(f, "Schannel", 36870, 7200).data["CallerProcessId"] = "4711";
             },
             Verdict::ok,
             "ok"},
            {"another image is named, during our own handshake",
             [](Facts& f) {
                 auto& data = add_event(f, "Schannel", 36871, 0).data;
                 data["CallerProcessImageName"] = R"(C:\Windows\System32\inetsrv\w3wp.exe)";
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::ok,
             "ok"},
            {"another svchost's process, before TermService's last start",
             [](Facts& f) {
                 add_event(f, "Schannel", 36870, 7 * a_day).data["CallerProcessId"] = "4711";
             },
             Verdict::at_risk,
             "key_possible"},
            {"the certificate has no private key",
             [](Facts& f) {
                 add_event(f, "Schannel", 36869, 0);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "key_now"},
            {"during our own handshake, but it comes when nobody connects, too",
             [](Facts& f) {
                 add_event(f, "RdpCoreTS", 131, 7000);
                 add_event(f, "Schannel", 36871, 3600);
                 add_event(f, "Schannel", 36871, 0);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::at_risk,
             "tls_near"},
            {"during our own handshake, which was refused before TLS",
             [](Facts& f) {
                 add_event(f, "Schannel", 36871, 0);
                 fail_handshake(f, "connect", "refused");
             },
             Verdict::at_risk,
             "tls_possible"},
            {"before an RDP connection",
             [](Facts& f) {
                 add_event(f, "RdpCoreTS", 131, 7190);
                 add_event(f, "Schannel", 36870, 7200);
             },
             Verdict::at_risk,
             "key_possible"},
            {"during our own handshake",
             [](Facts& f) {
                 add_event(f, "Schannel", 36871, 0);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "tls_now"},
            {"the VM as a client, in English",
             [](Facts& f) { add_event(f, "Schannel", 36871, 60).data["Type"] = "client"; },
             Verdict::at_risk,
             "tls_possible"},
            {"the same in Chinese: words decide nothing",
             [](Facts& f) { add_event(f, "Schannel", 36871, 60).data["Type"] = "用戶端"; },
             Verdict::at_risk,
             "tls_possible"},
            {"alerts are noise",
             [](Facts& f) { add_event(f, "Schannel", 36888, 60); },
             Verdict::ok,
             "ok"},
            {"unread", [](Facts& f) { f.events.value.reset(); }, Verdict::unknown, "rule.unread"},
        }
    );
    for (const char* type : {"client", "server", "用戶端", "クライアント", ""}) {
        INFO(type);
        Facts facts = healthy_facts();
        add_event(facts, "RdpCoreTS", 131, 603);
        add_event(facts, "Schannel", 36871, 600).data = {{"Type", type}, {"ErrorState", "10013"}};
        CHECK(find("EVT.SCHANNEL", facts).severity == Severity::low);
        CHECK(to_string(judge(facts, Policy{}, fixed_now).verdict) == "ok");
    }
    Facts facts = healthy_facts();
    add_event(facts, "Schannel", 36871, 1);
    add_event(facts, "Schannel", 36870, 1);
    fail_handshake(facts, "tls", "reset");
    CHECK(find("EVT.SCHANNEL", facts).cause == Cause::machine_keys);
    CHECK(find("EVT.SCHANNEL", facts).confidence == Confidence::circumstantial);
    facts.events.value->events.pop_back();
    facts.events.value->events.front().id = 36871;
    CHECK(find("EVT.SCHANNEL", facts).cause == Cause::tls_protocols);
}

TEST_CASE("EVT.RDPCERT: until a new certificate was made", "[rule]") {
    check_cases(
        "EVT.RDPCERT",
        {
            {"none", [](Facts&) {}, Verdict::ok, "ok"},
            {"a new certificate is no trouble",
             [](Facts& f) { add_event(f, "TermService", 1056, 60); },
             Verdict::ok,
             "ok"},
            {"failed, down",
             [](Facts& f) {
                 add_event(f, "TermService", 1058, 60);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "creation_now"},
            {"failed, up",
             [](Facts& f) { add_event(f, "TermService", 1057, 60); },
             Verdict::at_risk,
             "creation_past"},
            {"failed, then made",
             [](Facts& f) {
                 add_event(f, "TermService", 1057, 60);
                 add_event(f, "TermService", 1056, 30);
             },
             Verdict::ok,
             "cured"},
            {"made, then failed",
             [](Facts& f) {
                 add_event(f, "TermService", 1057, 30);
                 add_event(f, "TermService", 1056, 60);
             },
             Verdict::at_risk,
             "creation_past"},
            {"fallback",
             [](Facts& f) { add_event(f, "TermService", 1055, 60); },
             Verdict::at_risk,
             "fallback"},
            {"the template could not be enrolled",
             [](Facts& f) { add_event(f, "TermService", 1064, 60); },
             Verdict::at_risk,
             "enrolment"},
            {"the template's certificate could not be renewed; one of Windows' own does not cure "
             "it",
             [](Facts& f) {
                 add_event(f, "TermService", 1065, 60);
                 add_event(f, "TermService", 1056, 30);
             },
             Verdict::at_risk,
             "enrolment"},
            {"enrolled since",
             [](Facts& f) {
                 add_event(f, "TermService", 1064, 60);
                 add_event(f, "TermService", 1063, 30);
             },
             Verdict::ok,
             "cured"},
            {"a creation failure is graver",
             [](Facts& f) {
                 add_event(f, "TermService", 1057, 90);
                 add_event(f, "TermService", 1064, 60);
             },
             Verdict::at_risk,
             "creation_past"},
            {"unconfirmed texts",
             [](Facts& f) { add_event(f, "TermService", 1062, 60); },
             Verdict::ok,
             "ok"},
            {"log too short",
             [](Facts& f) { f.events.value->oldest_record.reset(); },
             Verdict::unknown,
             "log_short"},
            {"the query failed",
             [](Facts& f) { mark_unread(f, "/evt/TermService"); },
             Verdict::unknown,
             "rule.unread"},
            {"unread", [](Facts& f) { mark_unread(f, "/evt"); }, Verdict::unknown, "rule.unread"},
        }
    );
}

TEST_CASE("EVT.SCHANNEL: what our own old script provoked is not RDP's", "[rule]") {
    Facts facts = healthy_facts();
    old_script(facts);
    add_event(facts, "Schannel", 36874, 1);
    add_event(facts, "RdpCoreTS", 131, 2);
    CHECK(find("EVT.SCHANNEL", facts).severity == Severity::low);
    facts.collector.value->powershell = "4.0";
    CHECK(find("EVT.SCHANNEL", facts).summary.key == "EVT.SCHANNEL.tls_now");
}

TEST_CASE("EVT.SCHANNEL: the code has its name", "[rule]") {
    Facts facts = healthy_facts();
    fail_handshake(facts, "tls", "reset");
    add_event(facts, "Schannel", 36870, 1).data = {{"ErrorCode", "0x8009000B"}};
    const Finding finding = find("EVT.SCHANNEL", facts);
    CHECK(
        finding.evidence.at(0).observed == "Schannel 36870 ErrorCode=0x8009000B NTE_BAD_KEY_STATE "
                                           "(the key is there and cannot be decrypted)"
    );
}

TEST_CASE("EVT.SCHANNEL: a failed query is not silence", "[rule]") {
    Facts facts = healthy_facts();
    mark_unread(facts, "/evt/Schannel");
    const Finding finding = find("EVT.SCHANNEL", facts);
    CHECK(finding.verdict == Verdict::unknown);
    CHECK(finding.severity == Severity::medium);
}

TEST_CASE("EVT.KEYAUDIT: only TermService's access to its own key", "[rule]") {
    check_cases(
        "EVT.KEYAUDIT",
        {
            {"not audited", [](Facts&) {}, Verdict::not_applicable, "not_audited"},
            {"the query failed",
             [](Facts& f) { mark_unread(f, "/evt/Security"); },
             Verdict::unknown,
             "rule.unread"},
            {"another key",
             [](Facts& f) {
                 rdp_key_audit(f, 5061, 60, "0x80090016");
                 f.events.value->events.front().data["KeyName"] = "iisConfigurationKey";
             },
             Verdict::not_applicable,
             "not_audited"},
            {"success", [](Facts& f) { rdp_key_audit(f, 5061, 60, "0x0"); }, Verdict::ok, "ok"},
            {"refused, down",
             [](Facts& f) {
                 rdp_key_audit(f, 5058, 60, "0x80070005");
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "now"},
            {"refused, up",
             [](Facts& f) { rdp_key_audit(f, 5061, 60, "0x80090016"); },
             Verdict::at_risk,
             "past"},
            {"refused, the key of a later container",
             [](Facts& f) {
                 rdp_key_audit(f, 5061, 60, "0x80090016");
                 f.events.value->events.front().data["KeyName"] = "TSSecKeySet9";
             },
             Verdict::at_risk,
             "past"},
            {"a container that is not RDP's",
             [](Facts& f) {
                 rdp_key_audit(f, 5061, 60, "0x80090016");
                 f.events.value->events.front().data["KeyName"] = "TSSecKeySet0";
             },
             Verdict::not_applicable,
             "not_audited"},
            {"refused, then allowed",
             [](Facts& f) {
                 rdp_key_audit(f, 5061, 60, "0x80090016");
                 rdp_key_audit(f, 5061, 30, "0x0");
             },
             Verdict::ok,
             "ok"},
            {"unread", [](Facts& f) { mark_unread(f, "/evt"); }, Verdict::unknown, "rule.unread"},
        }
    );
}
