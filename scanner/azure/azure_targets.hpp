// VMs as Azure describes them, as targets.
#pragma once

#include "scanner/inventory/inventory.hpp"
#include "scanner/options/azure_options.hpp"
#include "transports/azure/vm.hpp"

#include <vector>

namespace rdpsweep {

// Adds one target a VM: its id, address and Azure's own tags, and with them subscription,
// resource_group, location, zone, size, power, agent, os, os_version, image and scale_set, which
// win over a tag of that name. A VM that does not run is a target that is skipped.
void add_azure_targets(
    const std::vector<azure::Vm>& vms, const AzureOptions& options, InventorySource& source
);

// Fits what Azure listed to what was asked for; call it when routes are final and the selection is
// made. Transports that cannot lead to a VM are taken from its route: those that need an address
// where it has none, Run Command where its agent is not ready; a VM without a transport is skipped.
// Networks may overlap: of two VMs with one address we cannot know which one would answer, and a
// verdict on the wrong VM is worse than none, so those are visited by Run Command or by their
// serial consoles, or not at all.
// disk_snapshots: snapshots of OS disks may be made: then a VM that does not run is visited, by its
// disk alone, where its route comes to that.
void settle_azure_targets(std::vector<Target>& targets, bool disk_snapshots = false);

} // namespace rdpsweep
