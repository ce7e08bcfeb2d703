// Makes targets of VMs, and takes from their routes what cannot lead to them.
#include "scanner/azure/azure_targets.hpp"

#include "core/text.hpp"
#include "transports/registry.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace rdpsweep {

namespace {

using azure::Vm;

// Names are unique in an inventory, in Azure only within a resource group.
class Names {
public:
    explicit Names(const std::vector<Vm>& vms) {
        for (const auto& vm : vms) {
            ++short_[ascii_lower(vm.name)];
            ++longer_[ascii_lower(with_group(vm))];
        }
    }

    [[nodiscard]] std::string of(const Vm& vm) const {
        if (short_.at(ascii_lower(vm.name)) == 1) return vm.name;
        if (longer_.at(ascii_lower(with_group(vm))) == 1) return with_group(vm);
        return vm.subscription + "/" + with_group(vm);
    }

private:
    static std::string with_group(const Vm& vm) { return vm.resource_group + "/" + vm.name; }

    std::map<std::string, std::size_t> short_;
    std::map<std::string, std::size_t> longer_;
};

std::string address_of(const Vm& vm, AzureAddress wanted) {
    const bool may_be_private = wanted != AzureAddress::public_only;
    const bool may_be_public = wanted != AzureAddress::private_only;
    if (may_be_private && !vm.private_addresses.empty()) return vm.private_addresses.front();
    if (may_be_public && !vm.public_addresses.empty()) return vm.public_addresses.front();
    return {};
}

void add_tags(const Vm& vm, Target& target) {
    target.tags = Tags(vm.tags.begin(), vm.tags.end());
    const std::pair<const char*, const std::string*> known[] = {
        {"subscription", &vm.subscription},
        {"resource_group", &vm.resource_group},
        {"location", &vm.location},
        {"zone", &vm.zone},
        {"size", &vm.size},
        {"power", &vm.power},
        {"agent", &vm.agent},
        {"os", &vm.os_name},
        {"os_version", &vm.os_version},
        {"image", &vm.image},
        {"scale_set", &vm.scale_set},
        {"availability_set", &vm.availability_set},
    };
    for (const auto& [key, value] : known)
        if (!value->empty()) target.tags[key] = *value;
}

constexpr auto does_not_run = "Azure says that it does not run";

// What Azure does not say (no PowerState at all) is no reason.
std::string reason_to_skip(const Vm& vm) {
    if (!vm.power.empty() && vm.power != "running") return does_not_run;
    return {};
}

TargetDraft draft_of(const Vm& vm, std::string name, const AzureOptions& options) {
    TargetDraft draft;
    auto& target = draft.target;
    target.name = std::move(name);
    target.vm = vm.id;
    target.id = ascii_lower(vm.id);
    target.address = address_of(vm, options.address);
    target.rdp_thumbprint = vm.rdp_thumbprint;
    target.skip = reason_to_skip(vm);
    target.origin = azure_origin;
    add_tags(vm, target);
    return draft;
}

} // namespace

void add_azure_targets(
    const std::vector<Vm>& vms, const AzureOptions& options, InventorySource& source
) {
    const Names names(vms);
    for (const auto& vm : vms) {
        auto draft = draft_of(vm, names.of(vm), options);
        source.targets.push_back(std::move(draft.target));
        source.given.push_back(draft.given);
    }
}

namespace {

// Tells whether a path in the network is needed: Azure itself leads to the agent and to the serial
// console.
bool needs_network(const std::string& transport) {
    return traits_of(transport).needs_address();
}

bool agent_is_ready(const Target& target) {
    const auto agent = target.tags.find("agent");
    return agent == target.tags.end() || iequals(agent->second, "Ready");
}

// Drops the transports for which leads_nowhere is true; a target without any left is skipped.
template <class Test>
void drop_transports(Target& target, Test leads_nowhere, const char* reason) {
    if (!target.skip.empty()) return;
    std::erase_if(target.route, leads_nowhere);
    if (target.route.empty()) target.skip = reason;
}

std::map<std::string, std::size_t> count_addresses(const std::vector<Target>& targets) {
    std::map<std::string, std::size_t> counts;
    for (const auto& target : targets)
        if (target.skip.empty() && !target.address.empty()) ++counts[target.address];
    return counts;
}

} // namespace

namespace {

// Leaves a VM that does not run the one way that needs no running Windows: its disk.
void settle_stopped(Target& target) {
    const auto needs_windows = [](const auto& transport) { return !traits_of(transport).by_disk; };
    const auto& route = target.route;
    if (target.skip != does_not_run || std::all_of(route.begin(), route.end(), needs_windows))
        return;
    target.skip.clear();
    std::erase_if(target.route, needs_windows);
    target.rdp_outside = false;
}

} // namespace

void settle_azure_targets(std::vector<Target>& targets, bool disk_snapshots) {
    const auto needs_agent = [](const auto& transport) { return traits_of(transport).by_agent; };
    const auto counts = count_addresses(targets);
    for (auto& target : targets) {
        if (target.origin != azure_origin) continue;
        if (disk_snapshots) settle_stopped(target);
        if (!agent_is_ready(target) && target.route.size() > 1) {
            std::erase_if(target.route, needs_agent);
        }
        if (target.address.empty()) {
            drop_transports(
                target, needs_network, "Azure knows no address of it that may be visited"
            );
            continue;
        }
        const auto count = counts.find(target.address);
        if (count == counts.end() || count->second < 2) continue;
        drop_transports(target, needs_network, "another VM of the inventory has the same address");
        target.rdp_outside = false;
    }
}

} // namespace rdpsweep
