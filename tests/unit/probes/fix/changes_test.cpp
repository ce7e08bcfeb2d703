// What fixes write, to the value: what is at fault, and nothing beside it.
#include "tests/unit/probes/fix/fix_table.hpp"
#include "tests/unit/probes/fix/outcome.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

using Lines = std::vector<std::string>;

struct Row {
    std::string what;
    std::function<void(Facts&)> change;
    Lines lines;
};

void check_rows(const char* fix, const std::vector<Row>& rows) {
    for (const auto& row : rows) {
        INFO(fix << ": " << row.what);
        Facts facts = healthy_facts();
        row.change(facts);
        CHECK(lines_of(*find_fix(fix), facts) == row.lines);
    }
}

void levels(Facts& facts, std::uint32_t layer, std::uint32_t nla, std::uint32_t encryption) {
    facts.security.value->layer = layer;
    facts.security.value->nla = nla;
    facts.security.value->min_encryption = encryption;
}

// As Microsoft's article on the internal error has it, on a VM of no domain.
void left_by_test(Facts& facts) {
    facts.os.value->domain_role = 2;
    facts.security.value->policy_layer = 0;
    facts.security.value->policy_nla = 0;
}

void off(Facts& facts, const char* name) {
    service(facts, name).start = 4;
    service(facts, name).state = ServiceState::stopped;
    service(facts, name).pid = 0;
}

void termservice_off(Facts& facts) {
    off(facts, "TermService");
    facts.rdp_port.value->sockets.clear();
    fail_handshake(facts, "connect", "refused");
}

} // namespace

TEST_CASE("nla: sets what is at fault, and no NLA beside it", "[fix]") {
    check_rows(
        "nla",
        {{"an unknown layer, NLA off",
          [](Facts& f) { levels(f, 3, 0, 3); },
          {"SecurityLayer: dword:3 -> dword:2"}},
         {"the same, with an encryption that TLS does not go with",
          [](Facts& f) { levels(f, 3, 0, 1); },
          {"SecurityLayer: dword:3 -> dword:2", "MinEncryptionLevel: dword:1 -> dword:3"}},
         {"an unknown layer, NLA of an unknown kind",
          [](Facts& f) { levels(f, 3, 2, 3); },
          {"SecurityLayer: dword:3 -> dword:2", "UserAuthentication: dword:2 -> dword:1"}},
         {"NLA off is all there is",
          [](Facts& f) { levels(f, 2, 0, 3); },
          {"UserAuthentication: dword:0 -> dword:1"}},
         {"no negotiation",
          [](Facts& f) { f.security.value->negotiate = 0; },
          {"fAllowSecProtocolNegotiation: dword:0 -> dword:1"}},
         {"no negotiation, NLA off",
          [](Facts& f) {
              levels(f, 2, 0, 3);
              f.security.value->negotiate = 0;
          },
          {"fAllowSecProtocolNegotiation: dword:0 -> dword:1"}},
         {"the highest encryption is right",
          [](Facts& f) { levels(f, 3, 1, 4); },
          {"SecurityLayer: dword:3 -> dword:2"}},
         {"a layer that a policy value overrules",
          [](Facts& f) {
              levels(f, 7, 1, 5);
              f.security.value->policy_layer = 2;
          },
          {"MinEncryptionLevel: dword:5 -> dword:3"}},
         {"the policy value is the fault",
          [](Facts& f) { f.security.value->policy_layer = 9; },
          {"policy_value"}}}
    );
}

TEST_CASE("nla: deletes what a test left among the policies", "[fix]") {
    const auto unlike = [](auto change) {
        return [change](Facts& f) {
            left_by_test(f);
            change(f);
        };
    };
    const Lines both{"SecurityLayer: dword:0 -> absent", "UserAuthentication: dword:0 -> absent"};
    check_rows(
        "nla",
        {{"both", left_by_test, both},
         {"one is left",
          unlike([](Facts& f) { f.security.value->policy_nla.reset(); }),
          {"SecurityLayer: dword:0 -> absent"}},
         {"a workstation", unlike([](Facts& f) { f.os.value->domain_role = 0; }), both},
         {"a member of a domain",
          unlike([](Facts& f) { f.os.value->domain_role = 3; }),
          {"policy_value"}},
         {"local policy sets it",
          unlike([](Facts& f) {
              f.group_policy.value->registry_pol = {
                  R"(Software\Policies\Microsoft\Windows NT\Terminal Services\SecurityLayer)"};
          }),
          {"policy_value"}},
         {"its source is a policy",
          unlike([](Facts& f) {
              f.security.value->policy_source["nla"] = PolicySource::group_policy;
          }),
          {"policy_value"}},
         {"whether there is a local policy is not known",
          unlike([](Facts& f) { mark_unread(f, "/gp/registry_pol"); }),
          {"policy_value"}},
         {"NLA is on among the policies",
          unlike([](Facts& f) { f.security.value->policy_nla = 1; }),
          {"policy_value"}}}
    );
}

TEST_CASE("services: touches what is at fault, not what hardening disabled", "[fix]") {
    const Lines term{"TermService: start:4 -> start:3", "TermService: stopped -> running"};
    check_rows(
        "services",
        {{"TermService", termservice_off, term},
         {"TermService; SessionEnv and UmRdpService are off on purpose",
          [](Facts& f) {
              termservice_off(f);
              off(f, "SessionEnv");
              off(f, "UmRdpService");
          },
          term},
         {"TermService, and what it cannot do without",
          [](Facts& f) {
              termservice_off(f);
              off(f, "KeyIso");
          },
          {"KeyIso: start:4 -> start:3", term[0], term[1]}},
         {"SessionEnv, which no renewal can do without",
          [](Facts& f) {
              off(f, "SessionEnv");
              off(f, "UmRdpService");
          },
          {"SessionEnv: start:4 -> start:3"}},
         {"TermService runs, and would not again",
          [](Facts& f) { service(f, "TermService").start = 4; },
          {"TermService: start:4 -> start:3"}},
         {"UmRdpService alone", [](Facts& f) { off(f, "UmRdpService"); }, {"not_needed"}}}
    );
}

TEST_CASE("tls13: takes the values away where Windows has no TLS 1.3", "[fix]") {
    check_rows(
        "tls13",
        {{"forced",
          [](Facts& f) { set_protocol(f, "TLS 1.3", 1, {}); },
          {"Enabled: dword:1 -> absent"}},
         {"forced by both",
          [](Facts& f) { set_protocol(f, "TLS 1.3", 0xffffffff, 0); },
          {"Enabled: dword:4294967295 -> absent", "DisabledByDefault: dword:0 -> absent"}},
         {"off", [](Facts& f) { set_protocol(f, "TLS 1.3", 0, 1); }, {"not_needed"}},
         {"on where Windows has it",
          [](Facts& f) {
              f = healthy_facts(20348);
              set_protocol(f, "TLS 1.3", 1, 0);
          },
          {"not_needed"}},
         {"a text beside it",
          [](Facts& f) {
              set_protocol(f, "TLS 1.3", 1, {});
              f.schannel.value->protocols["TLS 1.3"].server.default_type = 1;
          },
          {R"(wrong_type SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.3\Server)"}}}
    );
}

TEST_CASE("port-rule and lan-adapter: one value each", "[fix]") {
    check_rows(
        "port-rule",
        {{"moved",
          [](Facts& f) {
              f.rdp_port.value->configured_port = 3390;
              for (auto& socket : f.rdp_port.value->sockets)
                  socket.port = 3390;
          },
          {"rdpsweep-RDP-3390: absent -> rule:3390"}}}
    );
    for (const auto* pointer : {"/listener/port", "/listener/fw"}) {
        auto facts = healthy_facts();
        facts.rdp_port.value->configured_port = 3390;
        mark_unread(facts, pointer);
        CHECK(
            done_for("port-rule", facts, "PORT.MOVED.blocked") ==
            "fix.refused.unread fact=" + std::string(pointer)
        );
    }
    const auto silent = [](Dword adapter) {
        return [adapter](Facts& f) {
            f.rdp_port.value->sockets.clear();
            f.rdp_port.value->lan_adapter = adapter;
            fail_handshake(f, "connect", "refused");
        };
    };
    check_rows(
        "lan-adapter",
        {{"bound to what is gone", silent(2), {"LanAdapter: dword:2 -> dword:0"}},
         {"bound to none", silent(0), {"other_case"}},
         {"no such value", silent({}), {"other_case"}},
         {"bound to what listens",
          [](Facts& f) { f.rdp_port.value->lan_adapter = 1; },
          {"other_case"}}}
    );
}
