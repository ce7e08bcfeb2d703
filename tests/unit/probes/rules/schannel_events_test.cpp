// What Schannel logged: when it is RDP's, and when it is anybody's.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/symptom_facts.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

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
