// Azure as an inventory: asks it which Windows VMs there are.
#pragma once

#include "scanner/inventory/inventory.hpp"
#include "scanner/options/azure_options.hpp"

namespace rdpsweep {

// Adds Azure's Windows VMs to source, and to its notes which account asked and what was left out;
// what went wrong becomes a problem. Blocks until Azure has answered, at most 10 minutes. Touches
// no VM.
void read_azure(const AzureOptions& options, Problems& problems, InventorySource& source);

// Adds "azure:" (all subscriptions) or "azure:ID-OR-NAME,..." of an -i to the options; false for
// any other text.
bool take_azure_inventory(const std::string& written, AzureOptions& options);

} // namespace rdpsweep
