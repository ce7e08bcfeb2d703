// Which Windows VMs there are, from Azure itself.
#pragma once

#include "transports/azure/arm.hpp"
#include "transports/azure/vm.hpp"

#include <string>
#include <vector>

namespace rdpsweep::azure {

struct InventoryScope {
    std::vector<std::string> subscriptions;   // ids or names; empty: all that our identity sees
    std::vector<std::string> resource_groups; // names; empty: all
    std::vector<std::string> resources;       // ids of VMs; empty: all
};

struct FoundVms {
    std::vector<Vm> vms;            // in order of their folded ids
    std::vector<std::string> notes; // what was left out and why, for the user to read
    bool complete = true;           // false: a note says what may be missing
};

// Lists the VMs: Resource Graph finds the VMs, Microsoft.Compute confirms them; where Resource
// Graph may not be asked, Microsoft.Compute alone. A subscription that cannot be read makes the
// inventory incomplete when others can; else, and when a named one does not exist, it is the Error.
Task<Result<FoundVms>> find_vms(Arm& arm, InventoryScope wanted, HostDeadline& deadline);

} // namespace rdpsweep::azure
