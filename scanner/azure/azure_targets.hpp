// VMs as Azure describes them, as targets.
#pragma once

#include "scanner/azure/azure_options.hpp"
#include "scanner/inventory/inventory.hpp"
#include "transports/azure/vm.hpp"

#include <vector>

namespace rdpsweep {

// One target a VM: its id, address and Azure's own tags, and beside them subscription,
// resource_group, location, zone, size, power, agent, os, os_version, image and scale_set, which win
// over a tag of that name. A VM that does not run or has no address is a target that is skipped.
void add_azure_targets(
    const std::vector<azure::Vm>& vms, const AzureOptions& options, InventorySource& source
);

// Networks may overlap: of two VMs with one address we cannot know which one would answer, and a
// verdict on the wrong VM is worse than none. Those that Azure listed are skipped. Call it on what was
// selected.
void skip_shared_addresses(std::vector<Target>& targets);

} // namespace rdpsweep
