// Whose the port is, and whether anybody listens on it.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/port_facts.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

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
            {"IPv6 only, and it is IPv6 that is refused",
             [](Facts& f) {
                 sockets(f).erase(sockets(f).begin());
                 fail_handshake(f, "connect", "refused");
                 guest(f).address = "::1";
             },
             Verdict::at_risk,
             "no_ipv4_untried"},
            {"IPv6 only, and IPv4 is no refusal but silence",
             [](Facts& f) {
                 sockets(f).erase(sockets(f).begin());
                 fail_handshake(f, "connect", "timeout");
             },
             Verdict::at_risk,
             "no_ipv4_untried"},
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
