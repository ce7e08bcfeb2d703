// The first step of a scope: where its targets are read from, and reading them.
#pragma once

#include "scanner/inventory/inventory.hpp"
#include "scanner/options/azure_options.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// Where targets are read from, as the command line names it.
struct SourceNames {
    std::vector<std::string> files;      // of each -i that does not mean Azure; "-" is stdin
    std::vector<std::string> arguments;  // of each -t
    AzureOptions azure;                  // what Azure is asked for; not wanted(): it is not asked
    SaidElsewhere said = {};             // by --transport, --user and their companions
    std::vector<std::string> disks = {}; // of each --disk
    std::vector<std::string> snapshots = {}; // of each --snapshot-id
};

// Sorts what -i and -t name. An -i that begins with "azure:" adds to what Azure is asked for.
SourceNames name_sources(
    const std::vector<std::string>& inventories,
    const std::vector<std::string>& targets,
    AzureOptions azure
);

// Reads them: files in the order given, then the arguments, the disks, then Azure. What can be
// wrong without a packet comes first: with problems Azure is not asked. transports: names a route
// may hold.
std::vector<InventorySource> read_sources(
    const SourceNames& names, std::span<const std::string_view> transports, Problems& problems
);

} // namespace rdpsweep
