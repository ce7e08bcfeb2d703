#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

PolicyFacts& policy(Facts& facts) {
    return *facts.group_policy.value;
}

constexpr const char* layer_policy =
    R"(SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services\SecurityLayer)";

} // namespace

TEST_CASE("GPO.MANAGED: proof, suspicion, and whether it matters", "[rule]") {
    check_cases(
        "GPO.MANAGED",
        {
            {"none", [](Facts&) {}, Verdict::ok, "ok"},
            {"RSoP about something else",
             [](Facts& f) { policy(f).rsop = {R"(SOFTWARE\Policies\Microsoft\Edge\Homepage)"}; },
             Verdict::ok,
             "ok"},
            {"RSoP about the listener, all well",
             [](Facts& f) { policy(f).rsop = {layer_policy}; },
             Verdict::at_risk,
             "managed"},
            {"WMI says so",
             [](Facts& f) {
                 f.security.value->policy_source["layer"] = PolicySource::group_policy;
             },
             Verdict::at_risk,
             "managed"},
            {"proven and at fault",
             [](Facts& f) {
                 policy(f).registry_pol = {layer_policy};
                 f.security.value->policy_layer = 9;
             },
             Verdict::at_risk,
             "harmful"},
            {"a value under Policies proves nothing",
             [](Facts& f) { f.security.value->policy_layer = 2; },
             Verdict::unknown,
             "unproven"},
            {"managed device beside overrides",
             [](Facts& f) {
                 policy(f).dsc = true;
                 set_protocol(f, "TLS 1.2", 1, 0);
             },
             Verdict::unknown,
             "unproven"},
            {"managed device without overrides",
             [](Facts& f) { policy(f).mdm = true; },
             Verdict::ok,
             "ok"},
            {"RSoP unread",
             [](Facts& f) { mark_unread(f, "/gp/rsop"); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
    Facts facts = healthy_facts();
    policy(facts).rsop = {layer_policy};
    CHECK(find("GPO.MANAGED", facts).severity == Severity::low);
    facts.security.value->layer = 9;
    CHECK(find("GPO.MANAGED", facts).severity == Severity::medium);
}

TEST_CASE("GPO.GPSVC and PENDING: leftovers and waiting changes", "[rule]") {
    check_cases(
        "GPO.GPSVC",
        {
            {"automatic", [](Facts&) {}, Verdict::ok, "ok"},
            {"forgotten",
             [](Facts& f) { policy(f).gpsvc_start = 4; },
             Verdict::at_risk,
             "disabled"},
            {"known from the services only",
             [](Facts& f) {
                 policy(f).gpsvc_start.reset();
                 service(f, "gpsvc").start = 4;
             },
             Verdict::at_risk,
             "disabled"},
            {"unread",
             [](Facts& f) {
                 f.group_policy.value.reset();
                 f.services.value.reset();
             },
             Verdict::unknown,
             "rule.unread"},
        }
    );
    check_cases(
        "PENDING",
        {
            {"none", [](Facts&) {}, Verdict::ok, "ok"},
            {"a rename is weak",
             [](Facts& f) { f.pending.value->file_rename = true; },
             Verdict::ok,
             "rename_only"},
            {"servicing",
             [](Facts& f) { f.pending.value->component_servicing = true; },
             Verdict::at_risk,
             "reboot"},
            {"update",
             [](Facts& f) { f.pending.value->windows_update = true; },
             Verdict::at_risk,
             "reboot"},
            {"written after the start",
             [](Facts& f) { f.pending.value->termservice_stale = true; },
             Verdict::at_risk,
             "service_restart"},
            {"only TermService's restart unread",
             [](Facts& f) { mark_unread(f, "/pending/ts_stale"); },
             Verdict::ok,
             "ok"},
            {"partly unread",
             [](Facts& f) { mark_unread(f, "/pending/cbs"); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
    Facts facts = healthy_facts();
    mark_unread(facts, "/pending/ts_stale");
    const Finding finding = find("PENDING", facts);
    REQUIRE(finding.evidence.size() == 1);
    CHECK(finding.evidence.front().observed == "restart of TermService not checked");
}

TEST_CASE("DUMP.READY: hygiene", "[rule]") {
    check_cases(
        "DUMP.READY",
        {
            {"automatic", [](Facts&) {}, Verdict::ok, "ok"},
            {"complete", [](Facts& f) { f.console.value->crash_dump = 1; }, Verdict::ok, "ok"},
            {"none", [](Facts& f) { f.console.value->crash_dump = 0; }, Verdict::at_risk, "off"},
            {"absent",
             [](Facts& f) { f.console.value->crash_dump.reset(); },
             Verdict::unknown,
             "absent"},
            {"unread", [](Facts& f) { mark_unread(f, "/crash"); }, Verdict::unknown, "rule.unread"},
        }
    );
}

TEST_CASE("EMS.READY: hygiene", "[rule]") {
    check_cases(
        "EMS.READY",
        {
            {"on", [](Facts&) {}, Verdict::ok, "ok"},
            {"off", [](Facts& f) { f.console.value->ems = false; }, Verdict::at_risk, "off"},
            {"absent is off",
             [](Facts& f) { f.console.value->ems.reset(); },
             Verdict::at_risk,
             "off"},
            {"another port",
             [](Facts& f) { f.console.value->port = 2; },
             Verdict::at_risk,
             "settings"},
            {"unread", [](Facts& f) { mark_unread(f, "/ems"); }, Verdict::unknown, "rule.unread"},
        }
    );
    Facts facts = healthy_facts();
    mark_unread(facts, "/ems");
    CHECK(find("EMS.READY", facts).severity == Severity::low);
}
