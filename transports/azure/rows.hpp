// One element of what Azure lists, as far as it is needed: machines, network interfaces, public
// addresses. Resource Graph and the resource providers write the same things in two ways. Included
// by .cpp files only: it drags in the JSON library.
#pragma once

#include "transports/azure/vm.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace rdpsweep::azure {

struct VmRow {
    Vm vm;
    std::vector<std::string> interfaces; // ids, folded
    std::string primary;                 // one of them; empty: the only one, or not said
};

struct InterfaceRow {
    struct Address {
        std::string private_address;
        std::string public_id; // folded; empty: none
        bool primary = false;
    };

    std::string id; // folded
    std::vector<Address> addresses;
};

struct PublicAddressRow {
    std::string id;      // folded
    std::string address; // empty while a dynamic one is not in use
};

// Reads a row of the queries in graph.cpp.
VmRow vm_of_graph(const nlohmann::json& row);
InterfaceRow interface_of_graph(const nlohmann::json& row);
PublicAddressRow public_address_of_graph(const nlohmann::json& row);

// Reads a resource as Microsoft.Compute and Microsoft.Network list it; a VM's instance view, where
// it is there, is read too.
VmRow vm_of_compute(const nlohmann::json& resource);
InterfaceRow interface_of_network(const nlohmann::json& resource);
PublicAddressRow public_address_of_network(const nlohmann::json& resource);

// Reads what an instance view says of a VM's state: power, agent, system.
Vm state_of_view(const nlohmann::json& view);

// Returns "running" of "PowerState/running" among the statuses of an instance view; empty: none
// says.
std::string power_of(const nlohmann::json& statuses);

// Returns the part of an ARM id after that name: part_of(id, "resourceGroups"). Letter case does
// not matter; empty when it is not there.
std::string part_of(std::string_view id, std::string_view name);

} // namespace rdpsweep::azure
