// A port that was moved, and the rules of the firewall for it.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/port_facts.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

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
            {"3389 with its rule off, but the trial inside fails: as for a port that moved",
             [](Facts& f) {
                 port(f).firewall.front().active = false;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::at_risk,
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
            {"all are blocked in the domain's networks, on a member whose networks were not read",
             [](Facts& f) {
                 port(f).firewall.push_back(port(f).firewall.front());
                 port(f).firewall.back().allow = false;
                 port(f).firewall.back().profiles = {"Domain"};
             },
             Verdict::unknown,
             "profile_unread"},
            {"all are blocked in the domain's networks, on a machine without a domain",
             [](Facts& f) {
                 f.os.value->domain_role = 2;
                 port(f).firewall.push_back(port(f).firewall.front());
                 port(f).firewall.back().allow = false;
                 port(f).firewall.back().profiles = {"Domain"};
             },
             Verdict::ok,
             "ok"},
            {"the machine's own block is made void by a policy that lets in",
             [](Facts& f) {
                 port(f).networks = {2};
                 port(f).firewall_profiles["Domain"] = {1, 1, 0};
                 port(f).firewall.push_back(port(f).firewall.front());
                 port(f).firewall.front().allow = false;
                 port(f).firewall.back().from_policy = true;
             },
             Verdict::ok,
             "ok"},
            {"a policy's own block holds where the machine's rules are void",
             [](Facts& f) {
                 port(f).networks = {2};
                 port(f).firewall_profiles["Domain"] = {1, 1, 0};
                 port(f).firewall.front().from_policy = true;
                 port(f).firewall.push_back(port(f).firewall.front());
                 port(f).firewall.back().allow = false;
             },
             Verdict::broken,
             "block_rule"},
            {"the machine's own block is void, and so is what lets in",
             [](Facts& f) {
                 port(f).networks = {2};
                 port(f).firewall_profiles["Domain"] = {1, 1, 0};
                 port(f).firewall.push_back(port(f).firewall.front());
                 port(f).firewall.back().allow = false;
             },
             Verdict::broken,
             "void"},
            {"all are blocked, in one of two networks",
             [](Facts& f) {
                 port(f).networks = {0, 2};
                 port(f).firewall.push_back(port(f).firewall.front());
                 port(f).firewall.back().allow = false;
                 port(f).firewall.back().profiles = {"Public"};
             },
             Verdict::ok,
             "ok"},
            {"all are blocked where the firewall is off",
             [](Facts& f) {
                 port(f).networks = {0};
                 port(f).firewall_profiles["Public"] = {0, Dword{}, Dword{}};
                 port(f).firewall.front().allow = false;
             },
             Verdict::ok,
             "off"},
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
             Verdict::broken,
             "block_rule"},
            {"an active block rule, but the trial inside fails",
             [](Facts& f) {
                 port(f).firewall.push_back(port(f).firewall.front());
                 port(f).firewall.back().allow = false;
                 fail_handshake(f, "tls", "reset");
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
