// What TermService logged of its certificate, and the Security log of its key.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/symptom_facts.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

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
