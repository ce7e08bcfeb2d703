// Follows the lists of machines, scale sets and interfaces page by page.
#include "transports/azure/compute.hpp"

#include "core/text.hpp"
#include "transports/azure/fields.hpp"

#include <algorithm>

namespace rdpsweep::azure {

namespace {

using nlohmann::json;

constexpr auto compute_version = "api-version=2024-07-01";
constexpr auto network_version = "api-version=2024-05-01";
// Network interfaces of instances are served on the path of Compute in a version of their own.
constexpr auto instance_network_version = "api-version=2018-10-01";

std::string compute_path(const std::string& subscription, const char* type) {
    return "/subscriptions/" + subscription + "/providers/Microsoft.Compute/" + type + "?" +
           compute_version;
}

Task<Result<std::vector<std::string>>>
uniform_windows_sets(Arm& arm, const std::string& subscription, HostDeadline& deadline) {
    std::vector<std::string> ids;
    const VisitRow add = [&ids](const json& row) {
        const auto& properties = field(row, "properties");
        if (iequals(text(properties, "orchestrationMode"), "Flexible")) return;
        const auto os = text(properties, "virtualMachineProfile/storageProfile/osDisk/osType");
        if (iequals(os, "Linux")) return;
        ids.push_back(text(row, "id"));
    };
    auto path = compute_path(subscription, "virtualMachineScaleSets");
    auto listed = co_await arm.list(std::move(path), add, deadline);
    if (!listed) co_return std::move(listed).error();
    co_return ids;
}

Task<Status>
list_set(Arm& arm, const std::string& id, std::vector<Vm>& instances, HostDeadline& deadline) {
    std::vector<VmRow> rows;
    const VisitRow add = [&rows](const json& row) { rows.push_back(vm_of_compute(row)); };
    auto path = id + "/virtualMachines?$expand=instanceView&" + compute_version;
    auto listed = co_await arm.list(std::move(path), add, deadline);
    if (!listed) co_return listed;
    if (rows.empty()) co_return Status();
    Network network;
    const VisitRow add_interface = [&network](const json& row) {
        network.add(interface_of_network(row));
    };
    path = id + "/networkInterfaces?" + instance_network_version;
    listed = co_await arm.list(std::move(path), add_interface, deadline);
    if (!listed) co_return listed;
    for (auto& row : rows) {
        if (!row.vm.windows) continue;
        row.vm.scale_set = id;
        network.give_addresses(row, row.vm);
        instances.push_back(std::move(row.vm));
    }
    co_return Status();
}

void take_state(const Vm& state, Vm& vm) {
    vm.power = state.power;
    vm.agent = state.agent;
    vm.os_name = state.os_name;
    vm.os_version = state.os_version;
    vm.rdp_thumbprint = state.rdp_thumbprint;
    if (!state.computer_name.empty()) vm.computer_name = state.computer_name;
}

} // namespace

Task<Result<std::vector<VmRow>>>
list_machines(Arm& arm, const std::string& subscription, HostDeadline& deadline) {
    std::map<std::string, VmRow> rows; // by folded id
    const VisitRow add = [&rows](const json& row) {
        auto read = vm_of_compute(row);
        if (read.vm.id.empty()) return;
        auto id = ascii_lower(read.vm.id);
        rows.insert_or_assign(std::move(id), std::move(read));
    };
    // The list of states has little but the states.
    const VisitRow add_state = [&rows](const json& row) {
        const auto state = vm_of_compute(row).vm;
        const auto known = rows.find(ascii_lower(state.id));
        if (known != rows.end()) take_state(state, known->second.vm);
    };
    auto path = compute_path(subscription, "virtualMachines");
    const auto states = path + "&statusOnly=true";
    auto listed = co_await arm.list(std::move(path), add, deadline);
    if (!listed) co_return std::move(listed).error();
    // States come from a second list. Where Azure does not give it, they are just not known.
    auto with_states = co_await arm.list(states, add_state, deadline);
    if (!with_states && with_states.error().code() == Errc::timed_out) {
        co_return std::move(with_states).error();
    }
    std::vector<VmRow> all;
    for (auto& [id, row] : rows)
        all.push_back(std::move(row));
    co_return all;
}

Task<Status>
list_network(Arm& arm, const std::string& subscription, Network& network, HostDeadline& deadline) {
    const auto base = "/subscriptions/" + subscription + "/providers/Microsoft.Network/";
    const VisitRow add_interface = [&network](const json& row) {
        network.add(interface_of_network(row));
    };
    auto path = base + "networkInterfaces?" + network_version;
    auto listed = co_await arm.list(std::move(path), add_interface, deadline);
    if (!listed) co_return listed;
    const VisitRow add_address = [&network](const json& row) {
        network.add(public_address_of_network(row));
    };
    path = base + "publicIPAddresses?" + network_version;
    co_return co_await arm.list(std::move(path), add_address, deadline);
}

Task<Result<std::vector<Vm>>>
list_instances(Arm& arm, const std::string& subscription, HostDeadline& deadline) {
    auto sets = co_await uniform_windows_sets(arm, subscription, deadline);
    if (!sets) co_return std::move(sets).error();
    std::vector<Vm> instances;
    for (const auto& id : *sets) {
        auto listed = co_await list_set(arm, id, instances, deadline);
        if (!listed) co_return std::move(listed).error();
    }
    co_return instances;
}

} // namespace rdpsweep::azure
