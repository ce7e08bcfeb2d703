#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

std::vector<Socket>& sockets(Facts& facts) {
    return facts.rdp_port.value->sockets;
}

void add_socket(Facts& facts, std::string address, std::uint32_t pid, std::string image) {
    sockets(facts).push_back({std::move(address), 3389, pid, std::move(image), {}});
}

PortFacts& port(Facts& facts) {
    return *facts.rdp_port.value;
}

} // namespace

TEST_CASE("PORT.OWNER: process ids and bind addresses decide", "[rule]") {
    check_cases(
        "PORT.OWNER",
        {
            {"TermService owns all", [](Facts&) {}, Verdict::ok, "ok"},
            {"another program owns all",
             [](Facts& f) {
                 sockets(f).clear();
                 add_socket(f, "0.0.0.0", 4120, "tomcat9.exe");
             },
             Verdict::broken,
             "foreign"},
            {"another svchost.exe owns all: the name proves nothing",
             [](Facts& f) {
                 for (Socket& s : sockets(f))
                     s.pid = 999;
             },
             Verdict::broken,
             "foreign"},
            {"neither state nor pid of TermService was read",
             [](Facts& f) {
                 service(f, "TermService").state.reset();
                 service(f, "TermService").pid = 0;
             },
             Verdict::unknown,
             "pid_unknown"},
            {"TermService is known to be stopped",
             [](Facts& f) {
                 service(f, "TermService").state = ServiceState::stopped;
                 service(f, "TermService").pid = 0;
             },
             Verdict::broken,
             "foreign"},
            {"a NIC's address beats TermService's wildcard",
             [](Facts& f) { add_socket(f, "10.0.0.4", 4120, "nginx.exe"); },
             Verdict::broken,
             "foreign_nic"},
            {"TermService only on v6, another on v4",
             [](Facts& f) {
                 sockets(f).erase(sockets(f).begin());
                 add_socket(f, "0.0.0.0", 4120, "nginx.exe");
             },
             Verdict::broken,
             "foreign_nic"},
            {"loopback only",
             [](Facts& f) { add_socket(f, "127.0.0.1", 4120, "node.exe"); },
             Verdict::at_risk,
             "twin"},
            {"the v6 twin",
             [](Facts& f) {
                 sockets(f).pop_back();
                 add_socket(f, "::", 4120, "node.exe");
             },
             Verdict::at_risk,
             "twin"},
            {"TermService on one NIC beats another's wildcard",
             [](Facts& f) {
                 sockets(f) = {{"10.0.0.4", 3389, 1044, "svchost.exe", {}}};
                 add_socket(f, "0.0.0.0", 4120, "node.exe");
             },
             Verdict::at_risk,
             "twin"},
            {"a port proxy answers",
             [](Facts& f) {
                 sockets(f).clear();
                 add_socket(f, "0.0.0.0", 1500, "svchost.exe");
                 sockets(f).back().services = {"Dhcp", "iphlpsvc"};
             },
             Verdict::broken,
             "portproxy"},
            {"a port proxy waits",
             [](Facts& f) {
                 port(f).port_proxies = {{"*/3389", "10.0.0.9/3389"}};
             },
             Verdict::at_risk,
             "portproxy_dormant"},
            {"a port proxy for another port",
             [](Facts& f) {
                 port(f).port_proxies = {{"*/13389", "10.0.0.9/3389"}};
             },
             Verdict::ok,
             "ok"},
            {"sockets on another port do not count",
             [](Facts& f) {
                 add_socket(f, "0.0.0.0", 4120, "node.exe");
                 sockets(f).back().port = 3387;
             },
             Verdict::ok,
             "ok"},
            {"nobody listens",
             [](Facts& f) { sockets(f).clear(); },
             Verdict::not_applicable,
             "no_listener"},
            {"stopped TermService, another program",
             [](Facts& f) {
                 service(f, "TermService").state = ServiceState::stopped;
                 service(f, "TermService").pid = 0;
                 add_socket(f, "0.0.0.0", 4120, "tomcat9.exe");
             },
             Verdict::broken,
             "foreign"},
            {"running without a known pid",
             [](Facts& f) { service(f, "TermService").pid = 0; },
             Verdict::unknown,
             "pid_unknown"},
            {"sockets unread",
             [](Facts& f) { mark_unread(f, "/listener/sockets"); },
             Verdict::unknown,
             "rule.unread"},
            {"services not collected",
             [](Facts& f) { f.services.value.reset(); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
}

TEST_CASE("PORT.OWNER: process 4 is RDP on 2008R2 only, and only with a handshake", "[rule]") {
    for (const std::uint32_t build : {7601u, 17763u}) {
        Facts facts = healthy_facts(build);
        for (Socket& socket : sockets(facts))
            socket.pid = 4;
        const Finding with_handshake = find("PORT.OWNER", facts);
        forget_handshake(facts);
        const Finding without = find("PORT.OWNER", facts);
        if (build == 7601) {
            CHECK(with_handshake.summary.key == "PORT.OWNER.ok_system");
            CHECK(with_handshake.confidence == Confidence::functional);
            CHECK(without.verdict == Verdict::unknown);
        } else {
            CHECK(with_handshake.verdict == Verdict::broken);
            CHECK(without.verdict == Verdict::broken);
        }
    }
}

TEST_CASE("PORT.NOLISTEN: only an expected listener is missed", "[rule]") {
    check_cases(
        "PORT.NOLISTEN",
        {
            {"listens", [](Facts&) {}, Verdict::ok, "ok"},
            {"silent", [](Facts& f) { sockets(f).clear(); }, Verdict::broken, "silent"},
            {"bound to an adapter that went",
             [](Facts& f) {
                 sockets(f).clear();
                 port(f).lan_adapter = 2;
             },
             Verdict::broken,
             "adapter"},
            {"IPv6 only, and IPv4 is refused",
             [](Facts& f) {
                 sockets(f).erase(sockets(f).begin());
                 fail_handshake(f, "connect", "refused");
             },
             Verdict::broken,
             "no_ipv4"},
            {"IPv6 only, which was not tried",
             [](Facts& f) {
                 sockets(f).erase(sockets(f).begin());
                 forget_handshake(f);
             },
             Verdict::at_risk,
             "no_ipv4_untried"},
            {"IPv6 only, and a handshake completes",
             [](Facts& f) { sockets(f).erase(sockets(f).begin()); },
             Verdict::ok,
             "ok"},
            {"IPv4 only", [](Facts& f) { sockets(f).pop_back(); }, Verdict::ok, "ok"},
            {"bound to an adapter that is there",
             [](Facts& f) {
                 sockets(f) = {{"10.0.0.4", 3389, 1044, "svchost.exe", {}}};
                 port(f).lan_adapter = 1;
             },
             Verdict::at_risk,
             "bound"},
            {"a stopped service",
             [](Facts& f) {
                 sockets(f).clear();
                 service(f, "TermService").state = ServiceState::stopped;
             },
             Verdict::not_applicable,
             "not_expected"},
            {"denied",
             [](Facts& f) {
                 sockets(f).clear();
                 port(f).deny_local = 1;
             },
             Verdict::not_applicable,
             "not_expected"},
            {"denied by a missing value",
             [](Facts& f) {
                 sockets(f).clear();
                 port(f).deny_local.reset();
             },
             Verdict::not_applicable,
             "not_expected"},
            {"allowed by policy over a local deny",
             [](Facts& f) {
                 sockets(f).clear();
                 port(f).deny_local = 1;
                 port(f).deny_policy = 0;
             },
             Verdict::broken,
             "silent"},
            {"a listener that is switched off",
             [](Facts& f) {
                 sockets(f).clear();
                 port(f).enabled = 0;
             },
             Verdict::not_applicable,
             "not_expected"},
            {"unread",
             [](Facts& f) { mark_unread(f, "/listener"); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
}

TEST_CASE("PORT.MOVED: the firewall must follow the port", "[rule]") {
    check_cases(
        "PORT.MOVED",
        {
            {"3389 with its rule", [](Facts&) {}, Verdict::ok, "ok"},
            {"moved, rule at 3389",
             [](Facts& f) { port(f).configured_port = 33890; },
             Verdict::broken,
             "blocked"},
            {"moved, rule inactive",
             [](Facts& f) {
                 port(f).configured_port = 33890;
                 port(f).firewall.front().local_port = "33890";
                 port(f).firewall.front().active = false;
             },
             Verdict::broken,
             "blocked"},
            {"moved, rule in a range",
             [](Facts& f) {
                 port(f).configured_port = 33890;
                 port(f).firewall.front().local_port = "443,33000-34000";
             },
             Verdict::at_risk,
             "moved"},
            {"moved, rule for any port",
             [](Facts& f) {
                 port(f).configured_port = 33890;
                 port(f).firewall.front().local_port = "*";
             },
             Verdict::at_risk,
             "moved"},
            {"moved without a rule, but the trial inside fails, which no inbound block explains",
             [](Facts& f) {
                 port(f).configured_port = 33890;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::at_risk,
             "blocked"},
            {"3389 without a rule: the same state as a moved port",
             [](Facts& f) { port(f).firewall.clear(); },
             Verdict::broken,
             "no_rule"},
            {"3389 with its rule off",
             [](Facts& f) { port(f).firewall.front().active = false; },
             Verdict::broken,
             "no_rule"},
            {"no rule, and the firewall is off where the VM is",
             [](Facts& f) {
                 port(f).firewall.clear();
                 port(f).networks = {0};
                 port(f).firewall_profiles["Public"] = {1, 0, Dword{}};
             },
             Verdict::ok,
             "off"},
            {"no rule, and the firewall is off elsewhere",
             [](Facts& f) {
                 port(f).firewall.clear();
                 port(f).networks = {0};
                 port(f).firewall_profiles["Domain"] = {0, Dword{}, Dword{}};
                 port(f).firewall_profiles["Public"] = {1, Dword{}, Dword{}};
             },
             Verdict::broken,
             "no_rule"},
            {"a rule for the domain on a machine without one",
             [](Facts& f) {
                 f.os.value->domain_role = 2;
                 port(f).firewall.front().profiles = {"Domain"};
             },
             Verdict::broken,
             "other_profile"},
            {"a rule for the domain on a member, networks not read",
             [](Facts& f) { port(f).firewall.front().profiles = {"Domain"}; },
             Verdict::unknown,
             "profile_unread"},
            {"a rule for the domain on a member that sees it",
             [](Facts& f) {
                 port(f).firewall.front().profiles = {"Domain"};
                 port(f).networks = {2};
             },
             Verdict::ok,
             "ok"},
            {"a rule for the domain on a member that does not see it",
             [](Facts& f) {
                 port(f).firewall.front().profiles = {"Domain"};
                 port(f).networks = {0};
             },
             Verdict::broken,
             "other_profile"},
            {"the same, and a client came in",
             [](Facts& f) {
                 port(f).firewall.front().profiles = {"Domain"};
                 port(f).networks = {0};
                 f.handshakes.value->push_back(guest(f));
                 f.handshakes.value->back().from = "outside";
             },
             Verdict::ok,
             "came_in"},
            {"a policy makes local rules void",
             [](Facts& f) {
                 port(f).networks = {2};
                 port(f).firewall_profiles["Domain"] = {1, 1, 0};
             },
             Verdict::broken,
             "void"},
            {"a policy makes local rules void and brings its own",
             [](Facts& f) {
                 port(f).networks = {2};
                 port(f).firewall_profiles["Domain"] = {1, 1, 0};
                 port(f).firewall.push_back(port(f).firewall.front());
                 port(f).firewall.back().from_policy = true;
             },
             Verdict::ok,
             "ok"},
            {"for certain clients",
             [](Facts& f) { port(f).firewall.front().remote = {"10.0.8.0/255.255.255.0"}; },
             Verdict::at_risk,
             "limited"},
            {"for certain clients, and another one for all",
             [](Facts& f) {
                 port(f).firewall.push_back(port(f).firewall.front());
                 port(f).firewall.front().remote = {"LocalSubnet"};
             },
             Verdict::ok,
             "ok"},
            {"certain clients are blocked",
             [](Facts& f) {
                 port(f).firewall.push_back(port(f).firewall.front());
                 port(f).firewall.back().allow = false;
                 port(f).firewall.back().remote = {"203.0.113.7"};
             },
             Verdict::ok,
             "ok"},
            {"all are blocked, in another network",
             [](Facts& f) {
                 port(f).networks = {0};
                 port(f).firewall.push_back(port(f).firewall.front());
                 port(f).firewall.back().allow = false;
                 port(f).firewall.back().profiles = {"Domain"};
             },
             Verdict::ok,
             "ok"},
            {"an active block rule",
             [](Facts& f) {
                 port(f).firewall.push_back(port(f).firewall.front());
                 port(f).firewall.back().allow = false;
             },
             Verdict::at_risk,
             "block_rule"},
            {"firewall unread",
             [](Facts& f) { mark_unread(f, "/listener/fw"); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
    Facts facts = healthy_facts();
    mark_unread(facts, "/listener/fw");
    CHECK(find("PORT.MOVED", facts).severity == Severity::medium);
    port(facts).configured_port = 3390;
    CHECK(find("PORT.MOVED", facts).severity == Severity::critical);
}

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
            {"LocalSystem",
             [](Facts& f) { service(f, "TermService").account_sid = "S-1-5-18"; },
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
