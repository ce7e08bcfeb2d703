// Elimination: when a handshake fails and one thing could not be told, that one is the suspect.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/faults.hpp"

#include <algorithm>

using namespace rdpsweep;
using namespace rdpsweep::test;

TEST_CASE("judge: the one cause that could not be read is the suspect", "[judge]") {
    Facts facts = healthy_facts();
    rdp_key(facts).sddl.reset();
    mark_unread(facts, "/keys/files/0/sddl");
    fail_handshake(facts, "tls", "reset");
    const Judgement judgement = judged(facts);
    CHECK(judgement.verdict == Verdict::broken);
    CHECK(judgement.root_cause == Cause::machine_keys);
    CHECK(judgement.summary.key == "HANDSHAKE.suspect");
    CHECK(judgement.summary.arguments.at("rule") == "KEY.ACL");
    for (const Finding& finding : judgement.findings) {
        if (finding.rule == "KEY.ACL") CHECK(finding.verdict == Verdict::unknown);
        if (finding.rule != "HANDSHAKE") continue;
        CHECK(finding.confidence == Confidence::circumstantial);
        CHECK(finding.evidence.back().fact == "/keys/files/0/sddl");
    }
    const auto& messages = rule_named("HANDSHAKE").messages;
    CHECK(std::count(messages.begin(), messages.end(), judgement.summary.key) == 1);
    CHECK(catalogue().at("HANDSHAKE.suspect").find("{rule}") != std::string::npos);
}

TEST_CASE("judge: a suspect where RDP has no certificate, or takes no connection", "[judge]") {
    struct Row {
        const char* what;
        void (*change)(Facts&);
        Cause cause;
        const char* key;
    };

    const auto no_certificate = [](Facts& f) {
        rdp_key(f).sddl.reset();
        mark_unread(f, "/keys/files/0/sddl");
        fail_handshake(f, "x224", "");
        guest(f).failure_code = 3;
    };
    const auto unseen = [](Facts& f) {
        mark_unread(f, "/listener/sockets");
        fail_handshake(f, "connect", "refused");
    };
    const Row rows[] = {
        {"the key's rights are closed, and RDP has no certificate",
         no_certificate,
         Cause::machine_keys,
         "HANDSHAKE.suspect_certificate"},
        {"who listens is not known, and nobody takes the connection",
         unseen,
         Cause::rdp_port,
         "HANDSHAKE.suspect_refused"},
        {"all was read, and nobody takes it",
         [](Facts& f) { fail_handshake(f, "connect", "refused"); },
         Cause::unexplained,
         "HANDSHAKE.refused"},
        {"the key's rights explain no refusal",
         [](Facts& f) {
             rdp_key(f).sddl.reset();
             mark_unread(f, "/keys/files/0/sddl");
             fail_handshake(f, "connect", "refused");
         },
         Cause::unexplained,
         "HANDSHAKE.refused"},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        Facts facts = healthy_facts();
        row.change(facts);
        const Judgement judgement = judged(facts);
        CHECK(judgement.verdict == Verdict::broken);
        CHECK(to_string(judgement.root_cause) == to_string(row.cause));
        CHECK(judgement.summary.key == row.key);
    }
    Facts both = healthy_facts();
    no_certificate(both);
    mark_unread(both, "/listener/sockets");
    CHECK(judged(both).root_cause == Cause::unexplained);
    Facts denied = healthy_facts();
    unseen(denied);
    denied.rdp_port.value->lan_adapter = 2; // RDP may be bound elsewhere
    CHECK(judged(denied).verdict == Verdict::unknown);
    denied.rdp_port.value->lan_adapter = 0;
    mark_unread(denied, "/listener/deny_local");
    CHECK(judged(denied).summary.key == "HANDSHAKE.refused");
}

TEST_CASE(
    "judge: the one group that could not be read is the suspect, whoever needs it", "[judge]"
) {
    struct Row {
        const char* what;
        void (*change)(Facts&);
        const char* stage;
        const char* failure;
        const char* cause;
        const char* rule; // "": no suspect
    };

    const auto services = [](Facts& f) { mark_unread(f, "/svc"); };
    const auto listener = [](Facts& f) { mark_unread(f, "/listener"); };
    const auto security = [](Facts& f) { mark_unread(f, "/sec"); };
    const auto sockets = [](Facts& f) { mark_unread(f, "/listener/sockets"); };
    const Row rows[] = {
        {"services, TLS dropped", services, "tls", "reset", "services", "SVC.STATE"},
        {"services, nobody answers", services, "connect", "refused", "services", "SVC.STATE"},
        {"services, dropped before TLS", services, "x224", "reset", "services", "SVC.STATE"},
        {"services, no answer", services, "x224", "timeout", "services", "SVC.STATE"},
        {"services, and the answer is no RDP",
         services,
         "x224",
         "not_rdp",
         "rdp_port",
         "PORT.OWNER"},
        {"services, and their state alone",
         [](Facts& f) {
             service(f, "TermService").state.reset();
             service(f, "TermService").pid = 0;
             f.rdp_port.value->sockets.clear();
         },
         "connect",
         "refused",
         "services",
         "SVC.STATE"},
        {"services and sockets",
         [](Facts& f) {
             mark_unread(f, "/svc");
             mark_unread(f, "/listener/sockets");
         },
         "connect",
         "refused",
         "unexplained",
         ""},
        {"services and the key's rights",
         [](Facts& f) {
             mark_unread(f, "/svc");
             close_descriptor(f);
         },
         "tls",
         "reset",
         "unexplained",
         ""},
        {"the listener as a whole", listener, "connect", "refused", "rdp_port", "PORT.OWNER"},
        {"sockets, and the answer is no RDP", sockets, "x224", "not_rdp", "rdp_port", "PORT.OWNER"},
        {"keys",
         [](Facts& f) { mark_unread(f, "/keys"); },
         "tls",
         "reset",
         "machine_keys",
         "KEY.PRESENT"},
        {"certificates",
         [](Facts& f) { mark_unread(f, "/cert"); },
         "tls",
         "reset",
         "rdp_certificate",
         "STORE.ACL"},
        {"TLS",
         [](Facts& f) { mark_unread(f, "/tls"); },
         "tls",
         "reset",
         "tls_protocols",
         "TLS.PROTO"},
        {"TLS, which ends as two who share nothing do",
         [](Facts& f) { mark_unread(f, "/tls"); },
         "tls",
         "auth",
         "tls_protocols",
         "TLS.PROTO"},
        {"security", security, "tls", "reset", "listener_security", "SEC.LAYER"},
        {"the key's rights do not end it before TLS",
         close_descriptor,
         "x224",
         "reset",
         "unexplained",
         ""},
        {"nor do they make an alert",
         [](Facts& f) {
             close_descriptor(f);
             guest(f).alert = 40;
         },
         "tls",
         "closed",
         "unexplained",
         ""},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        Facts facts = healthy_facts();
        fail_handshake(facts, row.stage, row.failure);
        row.change(facts);
        const Judgement judgement = judged(facts);
        CHECK(judgement.verdict == Verdict::broken);
        CHECK(to_string(judgement.root_cause) == row.cause);
        const auto& arguments = judgement.summary.arguments;
        CHECK((arguments.contains("rule") ? arguments.at("rule") : "") == row.rule);
    }
}

TEST_CASE("judge: no suspect where another could be it", "[judge]") {
    struct Row {
        const char* what;
        void (*change)(Facts&);
        Cause cause;
    };

    for (const Row& row :
         {Row{"TLS unread as well", [](Facts& f) { mark_unread(f, "/tls"); }, Cause::unexplained},
          Row{"the port's owner unread as well",
              [](Facts& f) { mark_unread(f, "/listener/sockets"); },
              Cause::unexplained},
          Row{"a risk to TLS",
              [](Facts& f) { set_protocol(f, "TLS 1.3", 1, 0); },
              Cause::unexplained},
          Row{"a risk to the key itself is none to another",
              [](Facts& f) {
                  f.machine_keys.value->directory_sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)";
              },
              Cause::machine_keys},
          Row{"SessionEnv disabled cannot drop a connection",
              [](Facts& f) { service(f, "SessionEnv").start = 4; },
              Cause::machine_keys},
          Row{"something broken", no_tls, Cause::tls_protocols},
          Row{"dropped before TLS",
              [](Facts& f) { fail_handshake(f, "x224", "reset"); },
              Cause::unexplained},
          Row{"one from outside completed",
              [](Facts& f) {
                  HandshakeFacts outside = healthy_facts().handshakes->front();
                  outside.from = "outside";
                  f.handshakes.value->push_back(outside);
              },
              Cause::unexplained}}) {
        INFO(row.what);
        Facts facts = healthy_facts();
        rdp_key(facts).sddl.reset();
        mark_unread(facts, "/keys/files/0/sddl");
        fail_handshake(facts, "tls", "reset");
        row.change(facts);
        CHECK(to_string(judged(facts).root_cause) == to_string(row.cause));
    }
}
