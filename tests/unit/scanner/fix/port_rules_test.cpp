// Which rule a network security group lacks for the port that RDP moves to: a copy of the old
// port's, for one VM, or nothing where that is not certain.
#include "scanner/fix/port_rules.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace rdpsweep;
using nlohmann::json;

namespace {

const GatedVm vm{"rdpsweep-RDP-3390-vm", "10.1.0.4"};
const PortMove move{3389, 3390, 300, "p1"};

struct Row {
    std::string name;
    int priority = 0;
    std::string access = "Allow";
    json ports = "3389";
    json from = "198.51.100.0/24";
    std::string to = "*";
    std::string protocol = "Tcp";
};

json rule(const Row& row) {
    json made{
        {"protocol", row.protocol},
        {"access", row.access},
        {"direction", "Inbound"},
        {"priority", row.priority},
        {"sourcePortRange", "*"},
        {"destinationAddressPrefix", row.to},
        {"destinationPortRanges", json::array()}};
    made[row.ports.is_array() ? "destinationPortRanges" : "destinationPortRange"] = row.ports;
    made[row.from.is_array() ? "sourceAddressPrefixes" : "sourceAddressPrefix"] = row.from;
    return {{"name", row.name}, {"properties", made}};
}

json group(const std::vector<Row>& rows) {
    auto rules = json::array();
    for (const auto& row : rows)
        rules.push_back(rule(row));
    return {{"name", "web-nsg"}, {"properties", {{"securityRules", rules}}}};
}

// "like NAME at PRIORITY", "nothing", or why not.
std::string said(const std::vector<Row>& rows, const PortMove& wanted = move) {
    const auto made = rule_for(group(rows), vm, wanted);
    if (!made) return std::string(made.error().detail());
    if (made->like.empty()) return "nothing";
    const auto properties = json::parse(made->body)["properties"];
    return "like " + made->like + " at " + properties.value("priority", json()).dump();
}

Row row(std::string name, int priority, std::string access = "Allow", json ports = "3389") {
    return {std::move(name), priority, std::move(access), std::move(ports)};
}

} // namespace

TEST_CASE("port rules: the new rule has exactly the sources of the old one", "[fix]") {
    auto old = row("rdp", 100);
    old.from = json::array({"198.51.100.0/24", "203.0.113.7"});
    const auto made = rule_for(group({old}), vm, move);
    REQUIRE(made);
    CHECK(
        json::parse(made->body) ==
        json(
            {{"properties",
              {{"protocol", "Tcp"},
               {"access", "Allow"},
               {"direction", "Inbound"},
               {"priority", 300},
               {"sourcePortRange", "*"},
               {"sourceAddressPrefixes", {"198.51.100.0/24", "203.0.113.7"}},
               {"destinationAddressPrefix", "10.1.0.4"},
               {"destinationPortRange", "3390"},
               {"description", "rdpsweep plan p1: as rdp for port 3389"}}}}
        )
    );
}

TEST_CASE("port rules: what lets clients to the old port, and alone, is what counts", "[fix]") {
    CHECK(said({row("rdp", 100)}) == "like rdp at 300");
    CHECK(said({}) == "nothing");
    CHECK(said({row("web", 100, "Allow", "443")}) == "nothing");
    CHECK(said({row("all", 100, "Allow", "*")}) == "nothing");
    CHECK(said({row("some", 100, "Allow", "3380-3400")}) == "nothing");
    CHECK(said({row("list", 100, "Allow", json::array({"22", "3389"}))}) == "like list at 300");
    CHECK(said({row("rdp", 100), row("rest", 4096, "Deny", "*")}) == "like rdp at 300");
    CHECK(
        said({row("not-them", 90, "Deny"), row("rdp", 100)}) ==
        "network security group web-nsg: not-them denies port 3389 to some or all"
    );
    CHECK(
        said({row("a", 100), row("b", 110)}) ==
        "network security group web-nsg: port 3389 is allowed by a and b"
    );
    auto udp = row("udp", 90);
    udp.protocol = "Udp";
    CHECK(said({udp, row("rdp", 100)}) == "like rdp at 300");
}

TEST_CASE("port rules: rules for other VMs are passed over", "[fix]") {
    const auto to = [](std::string prefix) {
        auto one = row("rdp", 100);
        one.to = std::move(prefix);
        return said({one});
    };
    CHECK(to("10.1.0.4") == "like rdp at 300");
    CHECK(to("10.1.0.4/32") == "like rdp at 300");
    CHECK(to("10.1.0.0/16") == "like rdp at 300");
    CHECK(to("0.0.0.0/0") == "like rdp at 300");
    CHECK(to("VirtualNetwork") == "like rdp at 300");
    CHECK(to("10.1.0.5") == "nothing");
    CHECK(to("10.2.0.0/16") == "nothing");
}

TEST_CASE("port rules: the priority is free, and nothing before it denies the port", "[fix]") {
    CHECK(said({row("rdp", 100), row("x", 300, "Allow", "22")}) == "like rdp at 301");
    CHECK(
        said({row("rdp", 100), row("no", 200, "Deny", "*")}) ==
        "network security group web-nsg: no rule of priority 300 or the next free one would let "
        "anybody to port 3390"
    );
    CHECK(said({row("rdp", 100), row("no", 400, "Deny", "*")}) == "like rdp at 300");
    // Only asked what is missing.
    CHECK(said({row("rdp", 100)}, {3389, 3390, 0, "p1"}) == "like rdp at null");
}

TEST_CASE("port rules: only a rule of this VM and this plan is ours", "[fix]") {
    auto whole = group({row("rdp", 100)});
    auto ours = json::parse(rule_for(whole, vm, move)->body);
    ours["name"] = vm.name;
    CHECK(is_of_plan(ours, vm, move));
    CHECK_FALSE(is_of_plan(ours, vm, {3389, 3390, 300, "p"}));
    CHECK_FALSE(is_of_plan(ours, {"rdpsweep-RDP-3390-other", "10.1.0.5"}, move));
    whole["properties"]["securityRules"].push_back(ours);
    const auto again = rule_for(whole, vm, move);
    REQUIRE(again);
    CHECK(again->like.empty());
    CHECK(again->made);
    whole["properties"]["securityRules"].back()["properties"]["description"] = "by hand";
    CHECK_FALSE(rule_for(whole, vm, move));
    CHECK(rule_name("/Subscriptions/S/vm", move) == rule_name("/subscriptions/s/VM", move));
    CHECK(rule_name("/a", move) != rule_name("/b", move));
}

TEST_CASE("port rules: a rule that may be for other VMs is not copied", "[fix]") {
    const auto unsure = "open the port there by hand";
    auto elsewhere = row("rdp", 100);
    elsewhere.to = "AzureLoadBalancer";
    CHECK(said({elsewhere}).find("rdp may be for other VMs than this one") != std::string::npos);
    auto document = group({row("rdp", 100)});
    auto& properties = document["properties"]["securityRules"][0]["properties"];
    properties.erase("destinationAddressPrefix");
    properties["destinationApplicationSecurityGroups"] = json::array({{{"id", "/asg/web"}}});
    const auto made = rule_for(document, vm, move);
    REQUIRE_FALSE(made);
    CHECK(made.error().hint() == unsure);
}

TEST_CASE("port rules: what treats both ports alike needs nothing", "[fix]") {
    CHECK(said({row("any", 100, "Allow", "*"), row("more", 110, "Allow", "*")}) == "nothing");
}
