// What findings say in full: severity, confidence, arguments, and each piece of evidence with its
// place, what was seen and what should be there.
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

using Break = void (*)(Facts&);

std::string said(const char* rule, Break change) {
    auto facts = healthy_facts();
    change(facts);
    return in_full(find(rule, facts));
}

PortFacts& port(Facts& facts) {
    return *facts.rdp_port.value;
}

SecurityFacts& security(Facts& facts) {
    return *facts.security.value;
}

} // namespace

TEST_CASE("evidence: who holds the port", "[rule]") {
    CHECK(
        said("PORT.OWNER", [](Facts&) {}) == "ok low direct PORT.OWNER.ok port=3389\n"
                                             "/listener/sockets/0/pid: pid 1044 | pid 1044"
    );
    CHECK(
        said(
            "PORT.OWNER",
            [](Facts& f) {
                port(f).sockets = {{"0.0.0.0", 3389, 4120, "tomcat9.exe", {"Tomcat9", "Other"}}};
            }
        ) == "broken critical direct PORT.OWNER.foreign address=0.0.0.0 "
             "owner=tomcat9.exe (pid 4120) Tomcat9 Other port=3389\n"
             "/listener/sockets/0/a: 0.0.0.0 | \n"
             "/listener/sockets/0/pid: pid 4120 tomcat9.exe | pid 1044 (TermService)\n"
             "/listener/sockets/0/svcs: Tomcat9 Other | TermService"
    );
    // Beside TermService, on a NIC's address; another port's socket is not looked at.
    CHECK(
        said(
            "PORT.OWNER",
            [](Facts& f) {
                port(f).sockets.push_back({"10.0.0.4", 443, 4, "", {}});
                port(f).sockets.push_back({"10.0.0.4", 3389, 77, "", {}});
            }
        ) == "broken critical direct PORT.OWNER.foreign_nic address=10.0.0.4 "
             "owner=process (pid 77) port=3389\n"
             "/listener/sockets/3/a: 10.0.0.4 | \n"
             "/listener/sockets/3/pid: pid 77  | pid 1044 (TermService)"
    );
    CHECK(
        said(
            "PORT.OWNER",
            [](Facts& f) {
                port(f).sockets.push_back({"127.0.0.1", 3389, 77, "x.exe", {}});
            }
        ) == "at_risk high direct PORT.OWNER.twin address=127.0.0.1 owner=x.exe (pid 77) "
             "port=3389\n"
             "/listener/sockets/2/a: 127.0.0.1 | \n"
             "/listener/sockets/2/pid: pid 77 x.exe | pid 1044 (TermService)"
    );
    CHECK(
        said(
            "PORT.OWNER",
            [](Facts& f) {
                port(f).port_proxies = {{"*/443", "10.0.0.9/443"}, {"*/3389", "10.0.0.9/3389"}};
            }
        ) == "at_risk high direct PORT.OWNER.portproxy_dormant listen=*/3389 "
             "to=10.0.0.9/3389\n"
             "/listener/portproxy/1/listen: */3389 | none"
    );
}

TEST_CASE("evidence: the firewall and the port", "[rule]") {
    const std::string rule = "RemoteDesktop-UserMode-In-TCP";
    CHECK(said("PORT.MOVED", [](Facts&) {}) == "ok low direct PORT.MOVED.ok rule=" + rule);
    CHECK(
        said(
            "PORT.MOVED",
            [](Facts& f) {
                port(f).configured_port = 33890;
                port(f).firewall[0].active = false;
            }
        ) == "broken critical direct PORT.MOVED.blocked port=33890\n"
             "/listener/port: 33890 | 3389\n"
             "/listener/fw/0/lport: " +
                 rule + " inactive allow 3389 | active allow 33890"
    );
    CHECK(
        said("PORT.MOVED", [](Facts& f) { port(f).firewall.clear(); }) ==
        "broken critical direct PORT.MOVED.no_rule port=3389\n"
        "/listener/port: 3389 | 3389\n"
        "/listener/fw: none | active allow 3389"
    );
    CHECK(
        said("PORT.MOVED", [](Facts& f) { port(f).firewall[0].allow = false; }) ==
        "broken critical direct PORT.MOVED.block_rule port=3389 rule=" + rule +
            "\n"
            "/listener/port: 3389 | 3389\n"
            "/listener/fw/0/lport: " +
            rule + " active block 3389 | active allow 3389"
    );
    CHECK(
        said(
            "PORT.MOVED",
            [](Facts& f) {
                port(f).configured_port = 3391;
                port(f).firewall[0].local_port = "80, 3390-3392";
            }
        ) == "at_risk medium direct PORT.MOVED.moved port=3391 rule=" + rule +
                 "\n"
                 "/listener/port: 3391 | 3389\n"
                 "/listener/fw/0/lport: " +
                 rule + " active allow 80, 3390-3392 | active allow 3391"
    );
}

TEST_CASE("evidence: the listener's security, its own and the policy's", "[rule]") {
    const auto values = [](const char* layer, const char* nla, const char* minenc) {
        return std::string("\n/sec/layer: ") + layer + " | 1 or 2\n/sec/nla: " + nla +
               " | 1\n/sec/minenc: " + minenc + " | 2 or 3";
    };
    CHECK(
        said("SEC.LAYER", [](Facts& f) { security(f).layer = 3; }) ==
        "at_risk high direct SEC.LAYER.out_of_range_works layer=3 minenc=2 nla=1" +
            values("3", "1", "2")
    );
    CHECK(
        said("SEC.LAYER", [](Facts& f) { security(f).nla = 2; }) ==
        "at_risk high direct SEC.LAYER.out_of_range_works layer=2 minenc=2 nla=2" +
            values("2", "2", "2")
    );
    CHECK(
        said("SEC.LAYER", [](Facts& f) { security(f).min_encryption = 5; }) ==
        "at_risk high direct SEC.LAYER.out_of_range_works layer=2 minenc=5 nla=1" +
            values("2", "1", "5")
    );
    CHECK(said("SEC.LAYER", [](Facts& f) {
              security(f).min_encryption = 4;
          }) == "ok low direct SEC.LAYER.ok layer=2 minenc=4 nla=1" + values("2", "1", "4"));
    CHECK(
        said(
            "SEC.LAYER",
            [](Facts& f) {
                security(f).policy_layer = security(f).policy_nla = 1;
                security(f).policy_min_encryption = 3;
            }
        ) == "ok low direct SEC.LAYER.ok layer=1 minenc=3 nla=1\n"
             "/sec/policy/layer: 1 | 1 or 2\n"
             "/sec/policy/nla: 1 | 1\n"
             "/sec/policy/minenc: 3 | 2 or 3"
    );
}

TEST_CASE("evidence: what a policy sets, proven or not", "[rule]") {
    CHECK(
        said(
            "GPO.MANAGED",
            [](Facts& f) {
                auto& policy = *f.group_policy.value;
                policy.rsop = {
                    R"(Software\Other\x)",
                    R"(Software\Policies\Microsoft\Windows NT\Terminal Services\y)"};
                policy.registry_pol = {R"(SYSTEM\CurrentControlSet\Control\Terminal Server\z)"};
                security(f).policy_source = {
                    {"layer", PolicySource::server}, {"nla", PolicySource::group_policy}};
                f.rdp_certificate.value->wmi_hash_type = 2;
            }
        ) == "at_risk low direct GPO.MANAGED.managed count=4\n"
             R"(/gp/rsop/1: Software\Policies\Microsoft\Windows NT\Terminal Services\y)"
             " | not set by policy\n"
             R"(/gp/registry_pol/0: SYSTEM\CurrentControlSet\Control\Terminal Server\z)"
             " | not set by policy\n"
             "/sec/policy_source/nla: 1 (group policy) | 0 or 2\n"
             "/cert/wmi_type: 2 (group policy) | 1 or 3"
    );
    CHECK(
        said(
            "GPO.MANAGED",
            [](Facts& f) {
                port(f).deny_policy = 0;
                security(f).policy_layer = 2;
                security(f).policy_nla = 1;
                security(f).policy_min_encryption = 3;
                f.rdp_certificate.value->template_name = "RDP";
                f.group_policy.value->mdm = true;
                set_protocol(f, "TLS 1.0", 0, {});
            }
        ) == "unknown medium direct GPO.MANAGED.unproven\n"
             "/listener/deny_policy: 0 | absent, or proof of a policy\n"
             "/sec/policy/layer: 2 | absent, or proof of a policy\n"
             "/sec/policy/nla: 1 | absent, or proof of a policy\n"
             "/sec/policy/minenc: 3 | absent, or proof of a policy\n"
             "/cert/template: RDP | absent, or proof of a policy\n"
             "/gp/mdm: true | false"
    );
}

TEST_CASE("evidence: the serial console and dumps", "[rule]") {
    CHECK(said("EMS.READY", [](Facts& f) {
              f.console.value->ems.reset();
          }) == "at_risk low direct EMS.READY.off\n/ems/ems: absent | true");
    CHECK(said("EMS.READY", [](Facts& f) {
              f.console.value->ems = false;
          }) == "at_risk low direct EMS.READY.off\n/ems/ems: false | true");
    CHECK(
        said("EMS.READY", [](Facts& f) { f.console.value->port = 2; }) ==
        "at_risk low direct EMS.READY.settings baud=115200 port=2\n"
        "/ems/port: 2 | 1\n/ems/baud: 115200 | 115200"
    );
    CHECK(
        said("EMS.READY", [](Facts& f) { f.console.value->baud = 9600; }) ==
        "at_risk low direct EMS.READY.settings baud=9600 port=1\n"
        "/ems/port: 1 | 1\n/ems/baud: 9600 | 115200"
    );
    for (const auto* pointer : {"/ems/port", "/ems/baud"}) {
        auto facts = healthy_facts();
        facts.console.value->port.reset();
        mark_unread(facts, pointer);
        CHECK(
            in_full(find("EMS.READY", facts)) ==
            std::string("unknown low direct rule.unread what=") + pointer + " why=denied (0x5)\n" +
                pointer + ": denied (0x5) | readable"
        );
    }
    CHECK(said("DUMP.READY", [](Facts& f) {
              f.console.value->crash_dump = 0;
          }) == "at_risk low direct DUMP.READY.off\n/crash/dump: 0 | 7");
    CHECK(said("DUMP.READY", [](Facts& f) {
              f.console.value->crash_dump.reset();
          }) == "unknown low direct DUMP.READY.absent\n/crash/dump: absent | 7");
    CHECK(said("DUMP.READY", [](Facts& f) {
              f.console.value->crash_dump = 1;
          }) == "ok low direct DUMP.READY.ok\n/crash/dump: 1 | not 0");
}
