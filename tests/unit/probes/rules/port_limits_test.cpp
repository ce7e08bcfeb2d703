// Rules of the firewall that ask more of a connection than its port: whom they let in, and whom
// they keep out.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/port_facts.hpp"

#include <string>
#include <vector>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

struct Row {
    std::vector<std::string> limits;
    const char* allowed; // what PORT.MOVED says where only a rule so limited lets in
    const char* blocked; // and where one blocks beside a rule that lets everybody in
};

const Row rows[] = {
    {{}, "ok ok", "broken block_rule"},
    {{"IFType=Lan"}, "ok ok", "broken block_rule"},
    {{"IFType=Lan", "IFType=Wireless"}, "ok ok", "broken block_rule"},
    {{"IFType=Wireless", "IFType=LAN"}, "ok ok", "broken block_rule"},
    {{"IFType=Wireless"}, "at_risk limited", "ok ok"},
    {{"IFType=RemoteAccess", "IFType=Wireless"}, "at_risk limited", "ok ok"},
    {{"IFType=RemoteAccess", "IF={0E4F}"}, "at_risk limited", "ok ok"},
    {{"IF={0E4F}"}, "at_risk limited", "at_risk may_block"},
    {{"IFType=Lan", "IF={0E4F}"}, "at_risk limited", "at_risk may_block"},
    {{"LA4=10.0.0.4"}, "at_risk limited", "at_risk may_block"},
    {{"LA6=fe80::/64"}, "at_risk limited", "at_risk may_block"},
    {{"RMauth=O:LSD:(A;;CC;;;WD)"}, "at_risk limited", "ok ok"},
    {{"RUAuth=O:LSD:(A;;CC;;;WD)"}, "at_risk limited", "ok ok"},
    {{"LUAuth=O:LSD:(A;;CC;;;WD)"}, "at_risk limited", "ok ok"},
    {{"Security=Authenticate"}, "at_risk limited", "ok ok"},
    {{"Security2_9=An-NoEncap"}, "at_risk limited", "ok ok"},
    {{"Security=Authenticate", "LA4=10.0.0.4"}, "at_risk limited", "ok ok"},
};

std::string said(const Facts& facts) {
    const Finding finding = find("PORT.MOVED", facts);
    return std::string(to_string(finding.verdict)) + " " +
           finding.summary.key.substr(finding.summary.key.rfind('.') + 1);
}

FirewallRule& block(Facts& facts) {
    port(facts).firewall.push_back(port(facts).firewall.front());
    port(facts).firewall.back().allow = false;
    return port(facts).firewall.back();
}

} // namespace

TEST_CASE("PORT.MOVED: a limited rule is neither for all nor against all", "[rule]") {
    for (const auto& [limits, allowed, blocked] : rows) {
        CAPTURE(limits);
        Facts one = healthy_facts();
        port(one).firewall.front().limits = limits;
        CHECK(said(one) == allowed);
        Facts other = healthy_facts();
        block(other).limits = limits;
        CHECK(said(other) == blocked);
    }
}

TEST_CASE("PORT.MOVED: a block of certain ways, and what stands beside it", "[rule]") {
    Facts facts = healthy_facts();
    block(facts).limits = {"IF={0E4F}"};
    const Finding finding = find("PORT.MOVED", facts);
    CHECK(finding.severity == Severity::medium);
    CHECK(finding.summary.arguments.at("rule") == port(facts).firewall.back().id);
    CHECK(finding.evidence.at(2).observed.ends_with(" active block 3389 only IF={0E4F}"));

    port(facts).firewall.back().remote = {"203.0.113.7"};
    CHECK(said(facts) == "ok ok");
    port(facts).firewall.back().remote = {"*"};
    CHECK(said(facts) == "at_risk may_block");

    Facts shut = facts;
    port(shut).firewall.front().active = false; // nothing is left to block
    CHECK(said(shut) == "broken no_rule");
    Facts both = facts;
    block(both); // and one that blocks all
    CHECK(said(both) == "broken block_rule");
    Facts at_void = facts;
    port(at_void).networks = {2};
    port(at_void).firewall_profiles["Domain"] = {1, 1, 0};
    port(at_void).firewall.front().from_policy = true;
    CHECK(said(at_void) == "ok ok");

    facts.handshakes.value->push_back(guest(facts));
    facts.handshakes.value->back().from = "outside";
    CHECK(said(facts) == "ok came_in");
}

TEST_CASE("PORT.MOVED: a way that one of two networks may block", "[rule]") {
    Facts facts = healthy_facts();
    FirewallRule& rule = block(facts);
    rule.limits = {"LA4=10.0.0.4"};
    rule.profiles = {"Public"};
    port(facts).networks = {0, 2};
    CHECK(said(facts) == "ok ok");
    port(facts).networks = {0};
    CHECK(said(facts) == "at_risk may_block");
    port(facts).networks.clear();
    CHECK(said(facts) == "unknown profile_unread");
}
