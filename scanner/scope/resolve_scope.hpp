// From the command line to the targets that are meant, in one direction. These functions are called
// in this order; each step takes only the fields it needs.
//
//    1  load_scope            scope/load_scope.cpp        for verbs that visit hosts: all below
//    2  resolve_scope         scope/resolve_scope.cpp     steps 3 to 12, nothing of its own
//    3  name_sources          scope/sources.cpp           sorts -i and -t: files, texts, Azure
//    4  read_sources          scope/sources.cpp           reads each of them, Azure last
//    5  merge                 inventory/inventory.cpp     defaults, jump hosts, no target twice
//    6  select_targets        scope/choose.cpp            --select
//    7  exclude_targets       scope/choose.cpp            --exclude
//    8  pick_targets          scope/choose.cpp            --pick and --seed
//    9  override_route        scope/resolve_scope.cpp     --transport
//   10  settle_azure_targets  azure/azure_targets.cpp     what cannot lead to a VM leaves its route
//   11  limit_targets         scope/choose.cpp            --limit
//   12  assign_credential     scope/scope_credential.cpp  --credential, --user
//   13  require_credentials   scope/scope_credential.cpp  a route that logs on has a credential
#pragma once

#include "scanner/inventory/inventory.hpp"
#include "scanner/options/scope_options.hpp"
#include "scanner/scope/scope_credential.hpp"

#include <span>
#include <string_view>

namespace rdpsweep {

// Returns the targets that are meant. Touches no host; Azure, where it is asked, gets a token of
// ours. With problems the inventory is not to be used. transports: names a route may hold.
Inventory resolve_scope(
    const ScopeOptions& scope, std::span<const std::string_view> transports, Problems& problems
);

} // namespace rdpsweep
