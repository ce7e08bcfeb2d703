// VMs of Azure as targets: names, tags, and who is not visited.
#include "scanner/azure/azure_targets.hpp"
#include "scanner/azure/read_azure.hpp"
#include "scanner/scope/resolve_scope.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

namespace {

azure::Vm vm(const std::string& group, const std::string& name, const std::string& address) {
    azure::Vm made;
    made.subscription = "aa";
    made.resource_group = group;
    made.name = name;
    made.id = "/subscriptions/AA/resourceGroups/" + group +
              "/providers/Microsoft.Compute/virtualMachines/" + name;
    made.power = "running";
    if (!address.empty()) made.private_addresses = {address};
    return made;
}

InventorySource source_of(const std::vector<azure::Vm>& vms, const AzureOptions& options = {}) {
    InventorySource source;
    add_azure_targets(vms, options, source);
    return source;
}

} // namespace

TEST_CASE("azure: names are unique, the id is folded, tags are merged") {
    auto tagged = vm("rg", "web", "10.0.0.4");
    tagged.tags = {{"env", "prod"}, {"location", "lies"}};
    tagged.location = "westeurope";
    auto twin = vm("rg2", "WEB", "10.0.0.5");
    auto elsewhere = vm("rg2", "web", "10.0.0.6");
    elsewhere.subscription = "bb";
    const auto source = source_of({tagged, twin, elsewhere, vm("rg", "sql", "10.0.0.7")});
    REQUIRE(source.targets.size() == 4);
    CHECK(source.targets[0].name == "rg/web");
    CHECK(source.targets[1].name == "aa/rg2/WEB");
    CHECK(source.targets[2].name == "bb/rg2/web");
    CHECK(source.targets[3].name == "sql");
    const auto& first = source.targets[0];
    CHECK(first.vm.starts_with("/subscriptions/AA/"));
    CHECK(
        first.id ==
        "/subscriptions/aa/resourcegroups/rg/providers/microsoft.compute/virtualmachines/web"
    );
    CHECK(first.tags.at("env") == "prod");
    CHECK(first.tags.at("location") == "westeurope");
    CHECK(first.tags.count("zone") == 0);
    CHECK(first.skip.empty());
}

TEST_CASE("azure: what does not run or has no address is a target that is skipped") {
    auto stopped = vm("rg", "a", "10.0.0.4");
    stopped.power = "deallocated";
    auto unknown = vm("rg", "b", "10.0.0.5");
    unknown.power.clear();
    auto outside = vm("rg", "c", "");
    outside.public_addresses = {"198.51.100.7"};
    const auto source = source_of({stopped, unknown, outside, vm("rg", "d", "")});
    CHECK(source.targets[0].skip == "Azure says that it does not run");
    CHECK(source.targets[1].skip.empty());
    CHECK(source.targets[2].address == "198.51.100.7");
    CHECK_FALSE(needs_credential(source.targets[0]));
    auto targets = source.targets;
    for (auto& target : targets)
        target.route = {"winrm"};
    settle_azure_targets(targets);
    CHECK(targets[1].skip.empty());
    CHECK(targets[3].skip == "Azure knows no address of it that may be visited");

    AzureOptions options;
    options.address = AzureAddress::private_only;
    CHECK(source_of({outside}, options).targets[0].address.empty());
    options.address = AzureAddress::public_only;
    CHECK(source_of({unknown}, options).targets[0].address.empty());
}

TEST_CASE("azure: VMs that share an address are not visited, what a file says is") {
    auto targets = source_of({vm("rg", "a", "10.0.0.4"),
                              vm("rg", "b", "10.0.0.4"),
                              vm("rg", "c", "10.0.0.5"),
                              vm("rg", "d", "10.0.0.6")})
                       .targets;
    Target written;
    written.name = "by hand";
    written.address = "10.0.0.5";
    written.origin = "fleet.yaml:3:5";
    targets.push_back(written);
    for (auto& target : targets)
        target.route = {"winrm"};
    targets[1].route = {"winrm", "run-command", "ssh", "serial"};
    settle_azure_targets(targets);
    CHECK_FALSE(targets[0].skip.empty());
    CHECK(targets[1].skip.empty());
    CHECK(targets[1].route == std::vector<std::string>{"run-command", "serial"});
    CHECK_FALSE(targets[1].rdp_outside);
    CHECK_FALSE(targets[2].skip.empty());
    CHECK(targets[3].skip.empty());
    CHECK(targets[4].skip.empty());
}

TEST_CASE("azure: Run Command is left out where the agent is not ready and there is another way") {
    auto dead = vm("rg", "a", "10.0.0.4");
    dead.agent = "Not Ready";
    auto unknown = vm("rg", "b", "10.0.0.5");
    auto targets = source_of({dead, unknown, dead}).targets;
    targets[2].address = "10.0.0.6";
    targets[0].route = targets[1].route = {"winrm", "run-command"};
    targets[2].route = {"run-command"};
    settle_azure_targets(targets);
    CHECK(targets[0].route == std::vector<std::string>{"winrm"});
    CHECK(targets[1].route.size() == 2);
    CHECK(targets[2].route.size() == 1); // it was asked for alone: the attempt will say why
    CHECK_FALSE(needs_credential(targets[2]));
}

TEST_CASE("azure: -i azure: names subscriptions") {
    AzureOptions options;
    CHECK_FALSE(take_azure_inventory("fleet.yaml", options));
    CHECK_FALSE(options.wanted());
    CHECK(take_azure_inventory("azure:Prod, 5b000000-0000-4000-8000-000000000001", options));
    CHECK(
        options.subscriptions ==
        std::vector<std::string>{"Prod", "5b000000-0000-4000-8000-000000000001"}
    );
    CHECK_FALSE(options.all);
    CHECK(take_azure_inventory("azure:", options));
    CHECK(options.all);
}

TEST_CASE("azure: a serial console needs neither an address nor an agent") {
    auto targets = source_of({vm("rg", "a", "10.0.0.4")}).targets;
    targets[0].route = {"winrm", "run-command", "serial"};
    targets[0].tags["agent"] = "Not Ready";
    targets[0].address.clear();
    targets[0].skip.clear();
    settle_azure_targets(targets);
    CHECK(targets[0].skip.empty());
    CHECK(targets[0].route == std::vector<std::string>{"serial"});
}

TEST_CASE("azure: a VM that does not run is visited by a snapshot of its disk, if that is allowed"
) {
    auto stopped = vm("rg", "a", "10.0.0.4");
    stopped.power = "deallocated";
    const auto source = source_of({stopped, vm("rg", "b", "10.0.0.5")});
    const auto settled = [&source](std::vector<std::string> route, bool snapshots) {
        auto targets = source.targets;
        for (auto& target : targets)
            target.route = route;
        settle_azure_targets(targets, snapshots);
        return targets;
    };
    const auto asked = settled({"winrm", "disk"}, true);
    CHECK(asked[0].skip.empty());
    CHECK(asked[0].route == std::vector<std::string>{"disk"});
    CHECK_FALSE(asked[0].rdp_outside);
    CHECK(asked[1].route == std::vector<std::string>{"winrm", "disk"});
    CHECK(asked[1].rdp_outside);
    CHECK(settled({"winrm"}, true)[0].skip == "Azure says that it does not run");
    CHECK(settled({"winrm", "disk"}, false)[0].skip == "Azure says that it does not run");
}
