#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

PortFacts& port(Facts& facts) {
    return *facts.rdp_port.value;
}

void levels(Facts& facts, std::uint32_t layer, std::uint32_t nla, std::uint32_t min_encryption) {
    facts.security.value->layer = layer;
    facts.security.value->nla = nla;
    facts.security.value->min_encryption = min_encryption;
}

} // namespace

TEST_CASE("RDP.DENIED: the policy wins and a missing value denies", "[rule]") {
    check_cases(
        "RDP.DENIED",
        {
            {"allowed", [](Facts&) {}, Verdict::ok, "ok"},
            {"denied",
             [](Facts& f) {
                 port(f).deny_local = 1;
                 fail_handshake(f, "connect", "refused");
             },
             Verdict::broken,
             "local"},
            {"denied by policy",
             [](Facts& f) {
                 port(f).deny_policy = 1;
                 fail_handshake(f, "connect", "refused");
             },
             Verdict::broken,
             "policy"},
            {"denied, and a handshake completes",
             [](Facts& f) { port(f).deny_local = 1; },
             Verdict::at_risk,
             "not_in_force"},
            {"value missing, nothing listens",
             [](Facts& f) {
                 port(f).deny_local.reset();
                 port(f).sockets.clear();
                 fail_handshake(f, "connect", "refused");
             },
             Verdict::broken,
             "value_missing"},
            {"value missing, TermService listens, nothing was tried",
             [](Facts& f) {
                 port(f).deny_local.reset();
                 forget_handshake(f);
             },
             Verdict::at_risk,
             "missing_listens"},
            {"value missing, another program listens",
             [](Facts& f) {
                 port(f).deny_local.reset();
                 port(f).sockets = {{"0.0.0.0", 3389, 77, "java.exe", {}}};
                 fail_handshake(f, "x224", "not_rdp");
             },
             Verdict::broken,
             "value_missing"},
            {"value missing, and a handshake completes",
             [](Facts& f) {
                 port(f).deny_local.reset();
                 port(f).sockets.clear();
             },
             Verdict::at_risk,
             "missing_listens"},
            {"value missing, policy allows",
             [](Facts& f) {
                 port(f).deny_local.reset();
                 port(f).deny_policy = 0;
             },
             Verdict::at_risk,
             "mismatch"},
            {"policy allows what is denied locally",
             [](Facts& f) {
                 port(f).deny_local = 1;
                 port(f).deny_policy = 0;
             },
             Verdict::at_risk,
             "mismatch"},
            {"unread is not missing",
             [](Facts& f) {
                 port(f).deny_local.reset();
                 mark_unread(f, "/listener/deny_local");
             },
             Verdict::unknown,
             "rule.unread"},
        }
    );
}

TEST_CASE("RDP.LISTENER: every switch", "[rule]") {
    check_cases(
        "RDP.LISTENER",
        {
            {"on", [](Facts&) {}, Verdict::ok, "ok"},
            {"absent values are defaults",
             [](Facts& f) {
                 port(f).enabled.reset();
                 port(f).logon_disabled.reset();
                 port(f).ts_enabled.reset();
                 port(f).user_enabled.reset();
                 port(f).drain_mode.reset();
             },
             Verdict::ok,
             "ok"},
            {"station off",
             [](Facts& f) {
                 port(f).enabled = 0;
                 forget_handshake(f);
             },
             Verdict::broken,
             "switched_off"},
            {"station off since RDP was started",
             [](Facts& f) { port(f).enabled = 0; },
             Verdict::at_risk,
             "not_in_force"},
            {"logon off",
             [](Facts& f) { port(f).logon_disabled = 1; },
             Verdict::broken,
             "switched_off"},
            {"server off",
             [](Facts& f) {
                 port(f).ts_enabled = 0;
                 fail_handshake(f, "connect", "refused");
             },
             Verdict::broken,
             "switched_off"},
            {"server off since RDP was started",
             [](Facts& f) { port(f).ts_enabled = 0; },
             Verdict::at_risk,
             "not_in_force"},
            {"users blocked",
             [](Facts& f) { port(f).user_enabled = 1; },
             Verdict::broken,
             "switched_off"},
            {"no key",
             [](Facts& f) {
                 port(f).listener_key_present = false;
                 fail_handshake(f, "connect", "refused");
             },
             Verdict::broken,
             "key_missing"},
            {"draining", [](Facts& f) { port(f).drain_mode = 1; }, Verdict::at_risk, "drain"},
            {"unread switch",
             [](Facts& f) {
                 port(f).enabled.reset();
                 mark_unread(f, "/listener/enabled");
             },
             Verdict::unknown,
             "rule.unread"},
        }
    );
}

TEST_CASE("SEC.LAYER: ranges, combinations and who wins", "[rule]") {
    check_cases(
        "SEC.LAYER",
        {
            {"stock", [](Facts&) {}, Verdict::ok, "ok"},
            {"2008R2's stock layer 1", [](Facts& f) { levels(f, 1, 1, 2); }, Verdict::ok, "ok"},
            {"layer out of range",
             [](Facts& f) {
                 levels(f, 7, 1, 2);
                 fail_handshake(f, "x224", "closed");
             },
             Verdict::broken,
             "out_of_range"},
            {"encryption out of range, nobody tried",
             [](Facts& f) {
                 levels(f, 2, 1, 0);
                 forget_handshake(f);
             },
             Verdict::broken,
             "out_of_range"},
            {"layer out of range since RDP was started",
             [](Facts& f) { levels(f, 7, 1, 2); },
             Verdict::at_risk,
             "out_of_range_works"},
            {"no TLS, NLA required",
             [](Facts& f) {
                 levels(f, 0, 1, 2);
                 fail_handshake(f, "x224", "");
             },
             Verdict::broken,
             "nla_without_tls"},
            {"no TLS, whether NLA is required is not known",
             [](Facts& f) {
                 levels(f, 0, 1, 2);
                 f.security.value->nla.reset();
                 fail_handshake(f, "x224", "");
             },
             Verdict::at_risk,
             "tls_off"},
            {"layer 0, but TLS still works",
             [](Facts& f) { levels(f, 0, 1, 2); },
             Verdict::at_risk,
             "not_in_force"},
            {"ResetRDPCert was here",
             [](Facts& f) {
                 levels(f, 0, 0, 1);
                 fail_handshake(f, "x224", "");
                 guest(f).failure_code = 2;
             },
             Verdict::at_risk,
             "reset_residue"},
            {"TLS off",
             [](Facts& f) {
                 levels(f, 0, 0, 2);
                 forget_handshake(f);
             },
             Verdict::at_risk,
             "tls_off"},
            {"told not to negotiate, and it does",
             [](Facts& f) { f.security.value->negotiate = 0; },
             Verdict::at_risk,
             "negotiation_off"},
            {"told not to negotiate, and it does not",
             [](Facts& f) {
                 f.security.value->negotiate = 0;
                 fail_handshake(f, "x224", "closed");
             },
             Verdict::at_risk,
             "negotiation_off"},
            {"left by a test, on a VM of no domain",
             [](Facts& f) {
                 f.os.value->domain_role = 2;
                 f.security.value->policy_layer = 0;
                 f.security.value->policy_nla = 0;
                 forget_handshake(f);
             },
             Verdict::at_risk,
             "test_residue"},
            {"one half of it left, which nobody can agree on",
             [](Facts& f) {
                 f.os.value->domain_role = 2;
                 f.security.value->policy_layer = 0;
                 fail_handshake(f, "x224", "");
             },
             Verdict::broken,
             "test_residue"},
            {"the same values in a domain",
             [](Facts& f) {
                 f.security.value->policy_layer = 0;
                 f.security.value->policy_nla = 0;
                 forget_handshake(f);
             },
             Verdict::at_risk,
             "tls_off"},
            {"TLS with low encryption",
             [](Facts& f) { levels(f, 2, 1, 1); },
             Verdict::at_risk,
             "inconsistent"},
            {"low encryption",
             [](Facts& f) { levels(f, 1, 1, 1); },
             Verdict::at_risk,
             "weak_encryption"},
            {"NLA off", [](Facts& f) { levels(f, 2, 0, 2); }, Verdict::at_risk, "nla_off"},
            {"the policy wins",
             [](Facts& f) {
                 levels(f, 2, 1, 2);
                 f.security.value->policy_layer = 9;
                 fail_handshake(f, "x224", "closed");
             },
             Verdict::broken,
             "out_of_range"},
            {"absent values are Windows' choice",
             [](Facts& f) { f.security.value = SecurityFacts{}; },
             Verdict::ok,
             "ok"},
            {"unread",
             [](Facts& f) { mark_unread(f, "/sec/nla"); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
    Facts facts = healthy_facts();
    levels(facts, 2, 0, 2);
    CHECK(find("SEC.LAYER", facts).severity == Severity::low);
    facts = healthy_facts();
    facts.security.value->negotiate = 0;
    CHECK(find("SEC.LAYER", facts).severity == Severity::low); // tried beats read
    fail_handshake(facts, "x224", "closed");
    CHECK(find("SEC.LAYER", facts).severity == Severity::high);
    CHECK(find("SEC.LAYER", facts).confidence == Confidence::circumstantial);
}

namespace {

// Passwords that were tried from outside, one every step seconds.
void add_logon_failures(Facts& facts, int count, std::int64_t step) {
    for (int i = 0; i < count; ++i)
        add_event(facts, "RdpCoreTS", 140, 60 + i * step);
}

} // namespace

TEST_CASE("RDP.LISTENER: few places for connections on their way in, and a flood", "[rule]") {
    const std::string id = "RDP.LISTENER";
    Facts facts = healthy_facts();
    facts.rdp_port.value->half_open = 100;
    CHECK(find(id, facts).summary.key == "RDP.LISTENER.ok");
    facts.rdp_port.value->half_open = 99;
    CHECK(find(id, facts).summary.key == "RDP.LISTENER.half_open");
    CHECK(find(id, facts).severity == Severity::medium);
    fail_handshake(facts, "connect", "timeout");
    CHECK(find(id, facts).severity == Severity::high);
    mark_unread(facts, "/listener/ts/half_open");
    CHECK(find(id, facts).summary.key == "RDP.LISTENER.ok");

    Facts few = healthy_facts();
    add_logon_failures(few, 49, 60);
    CHECK(find(id, few).summary.key == "RDP.LISTENER.ok");
    Facts slow = healthy_facts();
    add_logon_failures(slow, 50, 74); // 49 steps: over an hour
    CHECK(find(id, slow).summary.key == "RDP.LISTENER.ok");
    Facts flood = healthy_facts();
    add_logon_failures(flood, 50, 73);
    CHECK(find(id, flood).summary.key == "RDP.LISTENER.attacked");
    CHECK(find(id, flood).severity == Severity::low);
    fail_handshake(flood, "tls", "reset");
    CHECK(find(id, flood).severity == Severity::low);
    fail_handshake(flood, "x224", "closed");
    CHECK(find(id, flood).severity == Severity::high);
    CHECK(find(id, flood).verdict == Verdict::at_risk);
}
