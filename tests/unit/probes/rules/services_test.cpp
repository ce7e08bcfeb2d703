// The services that RDP needs, and what the service manager says of them.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/port_facts.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

TEST_CASE("SVC.STATE: only disabled or a stopped TermService is a fault", "[rule]") {
    check_cases(
        "SVC.STATE",
        {
            {"healthy, SessionEnv stopped", [](Facts&) {}, Verdict::ok, "ok"},
            {"stopped",
             [](Facts& f) { service(f, "TermService").state = ServiceState::stopped; },
             Verdict::broken,
             "stopped"},
            {"stopped and disabled",
             [](Facts& f) {
                 service(f, "TermService").state = ServiceState::stopped;
                 service(f, "TermService").start = 4;
             },
             Verdict::broken,
             "stopped_disabled"},
            {"starting",
             [](Facts& f) { service(f, "TermService").state = ServiceState::start_pending; },
             Verdict::at_risk,
             "changing"},
            {"starting for days, without a listener",
             [](Facts& f) {
                 service(f, "TermService").state = ServiceState::start_pending;
                 sockets(f).clear();
             },
             Verdict::broken,
             "hangs"},
            {"starting for 14 minutes, without a listener",
             [](Facts& f) {
                 service(f, "TermService").state = ServiceState::start_pending;
                 service(f, "TermService").proc_start = fixed_now - 14 * 60;
                 sockets(f).clear();
             },
             Verdict::at_risk,
             "changing"},
            {"starting, and it is not known since when",
             [](Facts& f) {
                 service(f, "TermService").state = ServiceState::start_pending;
                 service(f, "TermService").proc_start.reset();
                 sockets(f).clear();
             },
             Verdict::at_risk,
             "changing"},
            {"SessionEnv is gone",
             [](Facts& f) {
                 auto& all = f.services.value->services;
                 std::erase_if(all, [](const auto& s) { return s.name == "SessionEnv"; });
             },
             Verdict::at_risk,
             "needed_missing"},
            {"CertPropSvc disabled, the certificate is young",
             [](Facts& f) {
                 service(f, "gpsvc").name = "CertPropSvc";
                 service(f, "CertPropSvc").start = 4;
             },
             Verdict::ok,
             "ok"},
            {"CertPropSvc disabled, the certificate is at its end",
             [](Facts& f) {
                 service(f, "gpsvc").name = "CertPropSvc";
                 service(f, "CertPropSvc").start = 4;
                 own_certificate(f).parsed->not_after = fixed_now + 10 * a_day;
             },
             Verdict::at_risk,
             "certprop_disabled"},
            {"CertPropSvc disabled, a CA's certificate is served",
             [](Facts& f) {
                 service(f, "gpsvc").name = "CertPropSvc";
                 service(f, "CertPropSvc").start = 4;
                 own_certificate(f).parsed->not_after = fixed_now + 10 * a_day;
                 pin_ca_certificate(f);
             },
             Verdict::ok,
             "ok"},
            {"disabled but running",
             [](Facts& f) { service(f, "TermService").start = 4; },
             Verdict::at_risk,
             "disabled_running"},
            {"SessionEnv disabled",
             [](Facts& f) { service(f, "SessionEnv").start = 4; },
             Verdict::at_risk,
             "sessionenv_disabled"},
            {"KeyIso disabled and stopped, and RDP is down",
             [](Facts& f) {
                 service(f, "KeyIso").start = 4;
                 service(f, "KeyIso").state = ServiceState::stopped;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "needed_disabled"},
            {"KeyIso disabled and stopped, and RDP answers",
             [](Facts& f) {
                 service(f, "KeyIso").start = 4;
                 service(f, "KeyIso").state = ServiceState::stopped;
             },
             Verdict::at_risk,
             "needed_for_renewal"},
            {"CryptSvc disabled and stopped, nobody tried",
             [](Facts& f) {
                 service(f, "CryptSvc").start = 4;
                 service(f, "CryptSvc").state = ServiceState::stopped;
                 forget_handshake(f);
             },
             Verdict::at_risk,
             "needed_for_renewal"},
            {"CryptSvc disabled, still running",
             [](Facts& f) { service(f, "CryptSvc").start = 4; },
             Verdict::at_risk,
             "disabled_running"},
            {"no such service",
             [](Facts& f) { f.services.value->services.erase(f.services.value->services.begin()); },
             Verdict::broken,
             "missing"},
            {"state unread, as on a detached disk",
             [](Facts& f) { service(f, "TermService").state.reset(); },
             Verdict::unknown,
             "state_unknown"},
            {"not collected",
             [](Facts& f) { f.services.value.reset(); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
    check_cases(
        "SVC.ACCOUNT",
        {
            {"NETWORK SERVICE by SID", [](Facts&) {}, Verdict::ok, "ok"},
            {"LocalSystem, and RDP answers",
             [](Facts& f) { service(f, "TermService").account_sid = "S-1-5-18"; },
             Verdict::at_risk,
             "other_works"},
            {"LocalSystem, and nobody tried",
             [](Facts& f) {
                 service(f, "TermService").account_sid = "S-1-5-18";
                 forget_handshake(f);
             },
             Verdict::broken,
             "other"},
            {"LOCAL SERVICE, and RDP drops the connection",
             [](Facts& f) {
                 service(f, "TermService").account_sid = "S-1-5-19";
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "other"},
            {"unread",
             [](Facts& f) { service(f, "TermService").account_sid.clear(); },
             Verdict::unknown,
             "account_unknown"},
        }
    );
}

TEST_CASE("SVC.STATE: the service manager's last word on TermService, in any language", "[rule]") {
    Facts facts = healthy_facts();
    service(facts, "TermService").state = ServiceState::stopped;
    Event& other = add_event(facts, "SCM", 7000, 60);
    other.binary = "4d007000730053007600630000"; // MpsSvc
    other.data["param2"] = "%%5";
    CHECK(find("SVC.STATE", facts).evidence.back().fact != "/evt/0");
    Event& own = add_event(facts, "SCM", 7000, 120);
    own.binary = "5400650072006d0053006500720076006900630065000000"; // TermService
    own.data["param1"] = "Remotedesktopdienste";
    own.data["param2"] = "%%1069";
    const Finding finding = find("SVC.STATE", facts);
    CHECK(finding.summary.key == "SVC.STATE.stopped");
    CHECK(finding.evidence.back().fact == "/evt/1");
    CHECK(finding.evidence.back().observed == "SCM 7000 %%1069");
}
