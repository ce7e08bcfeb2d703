// How findings become one verdict: what names the cause, and what does not.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/faults.hpp"

#include <stdexcept>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

void bad_layer(Facts& facts) {
    facts.security.value->layer = 7;
    fail_handshake(facts, "x224", "reset");
}

Finding throwing(const Facts&, const Policy&, std::int64_t) {
    throw std::runtime_error("boom \x1b[2J");
}

} // namespace

TEST_CASE("judge: a healthy host of every release is ok", "[judge]") {
    for (const std::uint32_t build : {7601u, 9200u, 9600u, 14393u, 17763u, 20348u, 26100u}) {
        const Judgement judgement = judged(healthy_facts(build));
        INFO(build);
        CHECK(judgement.verdict == Verdict::ok);
        CHECK(judgement.root_cause == Cause::none);
        CHECK(judgement.secondary_causes.empty());
        CHECK(judgement.summary.key == "judge.ok");
        REQUIRE(judgement.findings.size() == all_rules().size());
        for (const Finding& finding : judgement.findings) {
            INFO(finding.summary.key);
            CHECK((finding.verdict == Verdict::ok || finding.verdict == Verdict::not_applicable));
        }
    }
}

TEST_CASE("judge: no facts at all is unknown, never ok", "[judge]") {
    const Judgement judgement = judged(Facts{});
    CHECK(judgement.verdict == Verdict::unknown);
    CHECK(judgement.root_cause == Cause::none);
    for (const Finding& finding : judgement.findings) {
        INFO(finding.summary.key);
        // Whether anybody looked from outside is no gap in what is known of the inside.
        const bool outside = finding.rule.starts_with("OUT.");
        CHECK(finding.verdict == (outside ? Verdict::not_applicable : Verdict::unknown));
    }
}

TEST_CASE("judge: Nano Server has no RDP server to judge", "[judge]") {
    Facts facts = healthy_facts();
    facts.os.value->install_type = "Nano Server";
    take_port(facts);
    const Judgement judgement = judged(facts);
    CHECK(judgement.verdict == Verdict::not_applicable);
    CHECK(judgement.root_cause == Cause::none);
    CHECK(judgement.summary.key == "rule.no_server");
    for (const Finding& finding : judgement.findings)
        CHECK(finding.verdict == Verdict::not_applicable);
    facts.os.value->install_type = "Server Core";
    CHECK(judged(facts).verdict == Verdict::broken);
}

TEST_CASE("judge: the earliest stage of a connection names the root cause", "[judge]") {
    // Broken from the last to the first: each one added must take over.
    struct Step {
        void (*change)(Facts&);
        Cause cause;
    };

    Facts facts = healthy_facts();
    std::size_t secondary = 0;
    for (const Step& step :
         {Step{[](Facts& f) { fail_handshake(f, "tls", "reset"); }, Cause::unexplained},
          Step{expire, Cause::rdp_certificate},
          Step{deny_store, Cause::rdp_certificate},
          Step{close_key, Cause::machine_keys},
          Step{no_tls, Cause::tls_protocols},
          Step{bad_layer, Cause::listener_security},
          Step{stop_service, Cause::services},
          Step{deny, Cause::listener_security},
          Step{take_port, Cause::rdp_port}}) {
        step.change(facts);
        const Judgement judgement = judged(facts);
        CHECK(judgement.verdict == Verdict::broken);
        CHECK(to_string(judgement.root_cause) == to_string(step.cause));
        CHECK(judgement.secondary_causes.size() >= secondary);
        secondary = judgement.secondary_causes.size();
        for (const Cause cause : judgement.secondary_causes) {
            CHECK(cause != judgement.root_cause);
            CHECK(cause != Cause::unexplained);
        }
    }
    CHECK(secondary == 5);
}

TEST_CASE(
    "judge: a failed handshake without a reason is unexplained, even beside risks", "[judge]"
) {
    Facts facts = healthy_facts();
    fail_handshake(facts, "tls", "reset");
    CHECK(judged(facts).root_cause == Cause::unexplained);
    set_protocol(facts, "TLS 1.3", 1, 0); // at_risk, tls_protocols
    facts.pending.value->windows_update = true;
    const Judgement judgement = judged(facts);
    CHECK(judgement.verdict == Verdict::broken);
    CHECK(judgement.root_cause == Cause::unexplained);
    CHECK(judgement.summary.key == "HANDSHAKE.reset");
    CHECK(
        judgement.secondary_causes == std::vector<Cause>{Cause::tls_protocols, Cause::group_policy}
    );
}

TEST_CASE("judge: without TLS a bad key is not the root cause", "[judge]") {
    Facts facts = healthy_facts();
    close_key(facts);
    facts.security.value->layer = 0;
    fail_handshake(facts, "x224", "");
    const Judgement judgement = judged(facts);
    CHECK(judgement.root_cause == Cause::listener_security);
    CHECK(judgement.summary.key == "SEC.LAYER.nla_without_tls");
    CHECK(judgement.secondary_causes == std::vector<Cause>{Cause::machine_keys});
}

TEST_CASE("judge: a moved port without a rule does not explain a failing trial inside", "[judge]") {
    Facts facts = healthy_facts();
    facts.rdp_port.value->configured_port = 33890;
    for (Socket& socket : facts.rdp_port.value->sockets)
        socket.port = 33890;
    CHECK(judged(facts).root_cause == Cause::rdp_port);
    close_key(facts);
    fail_handshake(facts, "tls", "reset");
    CHECK(judged(facts).root_cause == Cause::machine_keys);
}

TEST_CASE("judge: events name a cause only when nothing read does", "[judge]") {
    Facts facts = healthy_facts();
    rdp_key(facts).sddl.reset();
    mark_unread(facts, "/keys/files/0/sddl");
    fail_handshake(facts, "x224", "reset");
    CHECK(judged(facts).root_cause == Cause::unexplained);
    const auto pid = facts.services->find("TermService")->pid;
    add_event(facts, "Schannel", 36870, 0).data["CallerProcessId"] = std::to_string(pid);
    CHECK(judged(facts).root_cause == Cause::machine_keys);
    no_tls(facts);
    CHECK(judged(facts).root_cause == Cause::tls_protocols);
}

TEST_CASE("judge: hygiene never moves the host, lesser unknowns neither", "[judge]") {
    Facts facts = healthy_facts();
    set_protocol(facts, "TLS 1.0", 1, 0);
    facts.console.value->ems = false;
    facts.machine_keys.value->files[1].sddl = "O:BAG:SYD:PAI(A;;FR;;;NS)";
    facts.security.value->nla = 0;
    CHECK(judged(facts).verdict == Verdict::ok);
    CHECK(judged(facts).fingerprint == judged(healthy_facts()).fingerprint);

    facts = healthy_facts();
    mark_unread(facts, "/ems");
    mark_unread(facts, "/pending");
    facts.events.value.reset();
    CHECK(judged(facts).verdict == Verdict::ok);

    mark_unread(facts, "/svc");
    CHECK(judged(facts).verdict == Verdict::unknown);
    CHECK(judged(facts).root_cause == Cause::none);
    CHECK(judged(facts).summary.key == "rule.unread");

    facts.pending = healthy_facts().pending;
    facts.unread.erase(facts.unread.begin() + 1);
    facts.pending.value->windows_update = true;
    CHECK(judged(facts).verdict == Verdict::at_risk);
    CHECK(judged(facts).root_cause == Cause::group_policy);
}

TEST_CASE("judge: a handshake nobody ran leaves a host unknown", "[judge]") {
    Facts facts = healthy_facts();
    forget_handshake(facts);
    CHECK(judged(facts).verdict == Verdict::unknown);
}

TEST_CASE("judge: a rule that throws is unknown and hides no other", "[judge]") {
    std::vector<Rule> rules(all_rules().begin(), all_rules().end());
    rules.front().evaluate = throwing;
    Facts facts = healthy_facts();
    no_tls(facts);
    const Judgement judgement = judge(rules, facts, Policy{}, fixed_now);
    CHECK(judgement.findings.front().verdict == Verdict::unknown);
    CHECK(judgement.findings.front().summary.key == "rule.failed");
    CHECK(judgement.findings.front().summary.arguments.at("why").find('\x1b') == std::string::npos);
    CHECK(judgement.root_cause == Cause::tls_protocols);
}

TEST_CASE("judge: hostile facts do no harm", "[judge]") {
    Facts facts = healthy_facts();
    take_port(facts);
    Socket& socket = facts.rdp_port.value->sockets.front();
    socket.image = std::string(1 << 20, 'x') + "\x1b[2J\xff";
    socket.services.assign(2000, "<script>");
    facts.rdp_port.value->sockets.assign(500, socket);
    const Judgement judgement = judged(facts);
    CHECK(judgement.root_cause == Cause::rdp_port);
    CHECK(judgement.findings.front().evidence.size() <= 24);
    for (const Evidence& evidence : judgement.findings.front().evidence)
        CHECK(evidence.observed.size() <= 700);
}
