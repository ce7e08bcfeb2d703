// Rules of the firewall: which say something of RDP, and what of them is kept.
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>

#include "offline/facts/firewall.hpp"

using namespace rdpsweep::offline;
using nlohmann::json;

namespace {

constexpr std::uint32_t moved = 3390;

std::string inbound(const std::string& fields) {
    return "v2.30|Action=Allow|Active=TRUE|Dir=In|" + fields + "Name=x|";
}

bool kept(const std::string& fields, std::uint32_t port = 3389) {
    return firewall_rule(inbound(fields), port).has_value();
}

} // namespace

TEST_CASE("firewall: the rule that Windows ships for RDP", "[offline]") {
    const auto rule = firewall_rule(
        "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=3389|"
        "App=%SystemRoot%\\system32\\svchost.exe|Svc=termservice|Name=@FirewallAPI.dll,-28775|",
        3389
    );
    REQUIRE(rule);
    CHECK(
        *rule ==
        json{
            {"active", true},
            {"allow", true},
            {"lport", "3389"},
            {"profiles", json::array()},
            {"remote", json::array()}}
    );
}

TEST_CASE("firewall: what a rule says is kept as it stands", "[offline]") {
    const auto rule = firewall_rule(
        "v2.30|Action=Block|Active=FALSE|Dir=In|Protocol=6|Profile=Private|Profile=Public|"
        "LPort=3000-3400|LPort2_10=80|RA4=10.0.0.0/255.0.0.0|RA6=LocalSubnet|RA42=LocalSubnet|"
        "LA4=10.1.2.3|IFType=Wireless|Security=Authenticate|SecurityOptions=x|Name=x|",
        3389
    );
    REQUIRE(rule);
    CHECK(
        *rule ==
        json{
            {"active", false},
            {"allow", false},
            {"lport", "3000-3400,80"},
            {"profiles", {"Private", "Public"}},
            {"remote", {"10.0.0.0/255.0.0.0", "LocalSubnet", "LocalSubnet"}},
            {"limits",
             {"LA4=10.1.2.3", "IFType=Wireless", "Security=Authenticate", "SecurityOptions=x"}}}
    );
}

TEST_CASE("firewall: the port, 3389, any port, or the service", "[offline]") {
    CHECK(kept("Protocol=6|LPort=3389|"));
    CHECK(kept("Protocol=6|LPort=3389|", moved));
    CHECK(kept("Protocol=6|LPort=3390|", moved));
    CHECK(kept("Protocol=6|LPort=3388-3391|", moved));
    CHECK(kept("Protocol=6|LPort=22|LPort=3389|"));
    CHECK(kept("Protocol=6|"));
    CHECK(kept(""));
    CHECK(kept("protocol=6|SVC=TermService|LPort=22|")); // names have no case
    CHECK(kept("Protocol=6|Svc=*|"));
    CHECK(kept("Protocol=6|App=System|"));
    CHECK_FALSE(kept("Protocol=6|LPort=3390|"));
    CHECK_FALSE(kept("Protocol=6|LPort=33890|"));
    CHECK_FALSE(kept("Protocol=6|LPort=3391-3400|", moved));
    CHECK_FALSE(kept("Protocol=6|LPort=RPC|"));
    CHECK_FALSE(kept("Protocol=17|LPort=3389|"));
    CHECK_FALSE(kept("Protocol=6|LPort=3389|Svc=w32time|"));
    CHECK_FALSE(kept("Protocol=6|LPort=3389|App=C:\\tools\\sshd.exe|"));
    CHECK_FALSE(firewall_rule("v2.30|Action=Allow|Dir=Out|Protocol=6|LPort=3389|", 3389));
    CHECK_FALSE(firewall_rule("", 3389));
}

TEST_CASE("firewall: a rule for any port of some only is not one for RDP", "[offline]") {
    CHECK_FALSE(kept("Protocol=6|AppPkgId=S-1-15-2-1|"));
    CHECK_FALSE(kept("Protocol=6|PFN=store.app|"));
    CHECK_FALSE(kept("Protocol=6|LUOwn=S-1-5-21-1|"));
    CHECK_FALSE(kept("Protocol=6|RPort=80|"));
    CHECK(kept("Protocol=6|RA4=10.0.0.1|"));
    CHECK_FALSE(
        firewall_rule("v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|RA4=10.0.0.1|", 3389)
    );
    CHECK(firewall_rule("v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|", 3389));
}

TEST_CASE(
    "firewall: of a rule with a thousand addresses, as many as the collector keeps", "[offline]"
) {
    std::string fields = "Protocol=6|LPort=3389|";
    for (int i = 0; i < 1000; ++i)
        fields += "RA4=10.0.0." + std::to_string(i) + "|IF={x" + std::string(200, 'y') + "}|";
    const auto rule = firewall_rule(inbound(fields), 3389);
    REQUIRE(rule);
    CHECK(rule->at("remote").size() == 16);
    REQUIRE(rule->at("limits").size() == 16);
    CHECK(rule->at("limits")[0].get<std::string>().size() == 3 + 99);
}
