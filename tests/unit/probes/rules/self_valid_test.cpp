// CERT.SELF.VALID: Windows' own certificate in time, and what keeps it from being renewed.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/faults.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

Certificate& own(Facts& facts) {
    return *own_certificate(facts).parsed;
}

} // namespace

TEST_CASE("CERT.SELF.VALID: near the end is normal life unless renewal is blocked", "[rule]") {
    check_cases(
        "CERT.SELF.VALID",
        {
            {"valid", [](Facts&) {}, Verdict::ok, "ok"},
            {"three days left",
             [](Facts& f) { own(f).not_after = fixed_now + 3 * a_day; },
             Verdict::ok,
             "ok"},
            {"three days left and a hardened folder",
             [](Facts& f) {
                 own(f).not_after = fixed_now + 3 * a_day;
                 harden_folder(f);
             },
             Verdict::at_risk,
             "renewal_blocked"},
            {"three days left and SessionEnv disabled",
             [](Facts& f) {
                 own(f).not_after = fixed_now + 3 * a_day;
                 service(f, "SessionEnv").start = 4;
             },
             Verdict::at_risk,
             "renewal_blocked"},
            {"months left and a hardened folder", harden_folder, Verdict::ok, "ok"},
            {"months left, and SessionEnv never looks",
             [](Facts& f) { cert(f).refresh = 0; },
             Verdict::at_risk,
             "renewal_off"},
            {"SessionEnv looks once a day",
             [](Facts& f) { cert(f).refresh = 1'440; },
             Verdict::ok,
             "ok"},
            {"three days left, and SessionEnv never looks",
             [](Facts& f) {
                 own(f).not_after = fixed_now + 3 * a_day;
                 cert(f).refresh = 0;
             },
             Verdict::at_risk,
             "renewal_blocked"},
            {"expired for less than the month between two looks",
             [](Facts& f) {
                 own(f).not_after = fixed_now - 3 * a_day;
                 cert(f).refresh = 43'200;
             },
             Verdict::at_risk,
             "expired_lately"},
            {"expired for longer than the day between two looks",
             [](Facts& f) {
                 own(f).not_after = fixed_now - 3 * a_day;
                 cert(f).refresh = 1'440;
             },
             Verdict::broken,
             "expired"},
            {"the next one goes into another store",
             [](Facts& f) { cert(f).own_store = "My"; },
             Verdict::at_risk,
             "renewal_off"},
            {"the store as shipped",
             [](Facts& f) { cert(f).own_store = "remote desktop"; },
             Verdict::ok,
             "ok"},
            {"ProgramData was moved",
             [](Facts& f) { cert(f).program_data = R"(D:\ProgramData)"; },
             Verdict::at_risk,
             "renewal_off"},
            {"ProgramData as shipped, not expanded",
             [](Facts& f) { cert(f).program_data = R"(%SystemDrive%\ProgramData)"; },
             Verdict::ok,
             "ok"},
            {"ProgramData as shipped, expanded",
             [](Facts& f) { cert(f).program_data = R"(c:\programdata\)"; },
             Verdict::ok,
             "ok"},
            {"an unreadable key ACL blocks nothing",
             [](Facts& f) {
                 own(f).not_after = fixed_now + 3 * a_day;
                 rdp_key(f).sddl.reset();
                 forget_handshake(f);
             },
             Verdict::ok,
             "ok"},
            {"expired",
             [](Facts& f) { own(f).not_after = fixed_now - 12 * 3600; },
             Verdict::broken,
             "expired"},
            {"expired since SessionEnv's last look",
             [](Facts& f) { own(f).not_after = fixed_now - 12 * 3600 + 1; },
             Verdict::at_risk,
             "expired_lately"},
            {"expired since the last look, nobody tried",
             [](Facts& f) {
                 own(f).not_after = fixed_now - 3600;
                 forget_handshake(f);
             },
             Verdict::at_risk,
             "expired_lately"},
            {"expired since the last look, and the next one will not help",
             [](Facts& f) {
                 own(f).not_after = fixed_now - 3600;
                 service(f, "SessionEnv").start = 4;
             },
             Verdict::at_risk,
             "renewal_blocked"},
            {"expired an hour ago, and down",
             [](Facts& f) {
                 own(f).not_after = fixed_now - 3600;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "expired"},
            {"none, long after TermService came up, down",
             [](Facts& f) {
                 empty_store(f);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "missing"},
            {"none, and RDP says so itself",
             [](Facts& f) {
                 empty_store(f);
                 fail_handshake(f, "x224", "");
                 guest(f).failure_code = 3;
             },
             Verdict::broken,
             "missing"},
            {"none, TermService has just come up",
             [](Facts& f) {
                 empty_store(f);
                 service(f, "TermService").proc_start = fixed_now - 5;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::ok,
             "none"},
            {"none, and nothing listens: that is the fault",
             [](Facts& f) {
                 empty_store(f);
                 fail_handshake(f, "connect", "refused");
             },
             Verdict::ok,
             "none"},
            {"none, a template of the policy chose another",
             [](Facts& f) {
                 empty_store(f);
                 cert(f).wmi_hash_type = 2;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::ok,
             "none"},
            {"not yet valid",
             [](Facts& f) { own(f).not_before = fixed_now + a_day; },
             Verdict::at_risk,
             "not_yet_valid"},
            {"clocks disagree",
             [](Facts& f) { f.collector.value->utc = fixed_now - 400; },
             Verdict::unknown,
             "clock_skew"},
            {"clocks disagree, expired by both",
             [](Facts& f) {
                 f.collector.value->utc = fixed_now - 400;
                 own(f).not_after = fixed_now - 10 * a_day;
             },
             Verdict::broken,
             "expired"},
            {"four minutes apart",
             [](Facts& f) { f.collector.value->utc = fixed_now - 240; },
             Verdict::ok,
             "ok"},
            {"no certificate yet",
             [](Facts& f) {
                 cert(f).store.clear();
                 cert(f).self_signed.reset();
             },
             Verdict::ok,
             "none"},
            {"another one is configured",
             [](Facts& f) {
                 pin_ca_certificate(f);
                 own(f).not_after = fixed_now - 1;
             },
             Verdict::not_applicable,
             "not_in_use"},
            {"does not parse",
             [](Facts& f) { own_certificate(f).parsed.reset(); },
             Verdict::unknown,
             "unparsed"},
            {"unread",
             [](Facts& f) { mark_unread(f, "/cert/store"); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
    Facts facts = healthy_facts();
    own(facts).not_after = fixed_now - a_day;
    CHECK(find("CERT.SELF.VALID", facts).severity == Severity::high);
    fail_handshake(facts, "tls", "reset");
    CHECK(find("CERT.SELF.VALID", facts).severity == Severity::critical);
}

TEST_CASE(
    "CERT.SELF.VALID: a creation failure that was cured does not make it critical", "[rule]"
) {
    Facts facts = healthy_facts();
    own(facts).not_after = fixed_now - a_day;
    add_event(facts, "TermService", 1058, 600);
    CHECK(find("CERT.SELF.VALID", facts).severity == Severity::critical);
    add_event(facts, "TermService", 1056, 300);
    CHECK(find("CERT.SELF.VALID", facts).severity == Severity::high);
}
