// The simulated network security groups: what takes time, what is refused, and what no client of
// ours may make there.
#include "tests/simfleet/azure/arm_network.hpp"
#include "tests/support/catch.hpp"

using namespace simfleet;
using nlohmann::json;

namespace {

constexpr std::int64_t today = 1'790'000'000;

struct Desk {
    // VMs 0 and 3 share the group of a subnet.
    Desk()
        : fleet(4, 1, "healthy", today), resources(fleet, ArmScene{}), network(resources, stats) {}

    // parts: "subscriptions", "S", ... of the rule.
    HttpResponse ask(const char* method, std::string group, std::string rule, json body = {}) {
        HttpRequest request;
        request.method = method;
        request.body = body.dump();
        return network.answer(
            request,
            {"subscriptions",
             ArmResources::subscription_id(0),
             "resourceGroups",
             "rg-0",
             "providers",
             "Microsoft.Network",
             "networkSecurityGroups",
             std::move(group),
             "securityRules",
             std::move(rule)}
        );
    }

    [[nodiscard]] std::string address(std::size_t index) const {
        return resources.interface(index).at(
            "/properties/ipConfigurations/0/properties/privateIPAddress"_json_pointer
        );
    }

    [[nodiscard]] std::string own_group(std::size_t index) const {
        return resources.machine(index).value("name", std::string()) + "-nsg";
    }

    // A rule that nothing is to be said against.
    [[nodiscard]] json rule(int priority = 300) const {
        return {
            {"properties",
             {{"protocol", "Tcp"},
              {"access", "Allow"},
              {"direction", "Inbound"},
              {"priority", priority},
              {"sourcePortRange", "*"},
              {"sourceAddressPrefix", "198.51.100.0/24"},
              {"destinationAddressPrefix", address(0)},
              {"destinationPortRange", "3390"}}}};
    }

    Fleet fleet;
    ArmResources resources;
    Stats stats{4};
    ArmNetwork network;
};

std::string state_of(const HttpResponse& answer) {
    const auto body = json::parse(answer.body);
    return body.at("/properties/provisioningState"_json_pointer);
}

} // namespace

TEST_CASE("simulated network: a write takes a look, and no other write meanwhile", "[simfleet]") {
    Desk desk;
    const auto put = desk.ask("PUT", "subnet-nsg", "one", desk.rule());
    CHECK(put.status == 201);
    CHECK(state_of(put) == "Updating");
    CHECK(desk.ask("PUT", "subnet-nsg", "two", desk.rule(301)).status == 409);
    CHECK(desk.ask("DELETE", "subnet-nsg", "one").status == 409);
    CHECK(state_of(desk.ask("GET", "subnet-nsg", "one")) == "Updating");
    CHECK(state_of(desk.ask("GET", "subnet-nsg", "one")) == "Succeeded");
    CHECK(desk.ask("PUT", "subnet-nsg", "two", desk.rule()).status == 400); // of one priority
    CHECK(desk.ask("DELETE", "subnet-nsg", "one").status == 202);
    CHECK(state_of(desk.ask("GET", "subnet-nsg", "one")) == "Deleting");
    CHECK(desk.ask("GET", "subnet-nsg", "one").status == 404);
    CHECK(desk.ask("DELETE", "subnet-nsg", "one").status == 204);
    CHECK(desk.stats.violations() == 0);
}

TEST_CASE(
    "simulated network: a rule is for one VM behind the group, and lets it in", "[simfleet]"
) {
    const auto violations = [](std::string group, const char* member, json value) {
        Desk desk;
        auto rule = desk.rule();
        if (*member != '\0') rule["properties"][member] = std::move(value);
        CHECK(desk.ask("PUT", std::move(group), "one", rule).status == 201);
        return desk.stats.violations();
    };
    const Desk desk;
    const auto own = desk.own_group(0);
    CHECK(violations(own, "", {}) == 0);
    CHECK(violations("subnet-nsg", "destinationAddressPrefix", desk.address(3)) == 0);
    CHECK(violations(own, "destinationAddressPrefix", desk.address(3)) == 1);
    for (const auto* prefix : {"*", "10.0.0.0/8", "VirtualNetwork", ""}) {
        INFO(prefix);
        CHECK(violations(own, "destinationAddressPrefix", prefix) == 1);
        CHECK(violations("subnet-nsg", "destinationAddressPrefix", prefix) == 1);
    }
    CHECK(violations(own, "direction", "Outbound") == 1);
    CHECK(violations(own, "access", "Deny") == 1);
    CHECK(violations(own, "protocol", "*") == 1);
    CHECK(violations(own, "sourceAddressPrefix", "*") == 1);
}
