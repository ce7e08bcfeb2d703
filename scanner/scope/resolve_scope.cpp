// The steps of a scope, one after the other.
#include "scanner/scope/resolve_scope.hpp"

#include "scanner/azure/azure_targets.hpp"
#include "scanner/inventory/disk_targets.hpp"
#include "scanner/scope/choose.hpp"
#include "scanner/scope/sources.hpp"

#include <utility>

namespace rdpsweep {

namespace {

// Gives all targets the route of --transport, but those of which only a disk is known; an empty
// one leaves them theirs. The parser of the command line has checked the names.
void override_route(const std::vector<std::string>& route, std::vector<Target>& targets) {
    if (route.empty()) return;
    for (auto& target : targets) {
        if (!has_only_disk(target)) target.route = route;
    }
}

} // namespace

Inventory resolve_scope(
    const ScopeOptions& scope, std::span<const std::string_view> transports, Problems& problems
) {
    auto names = name_sources(scope.inventories, scope.targets, scope.azure);
    names.disks = scope.disks;
    names.snapshots = scope.snapshots;
    names.said = {scope.transports, names_an_account(scope.credential)};
    auto inventory = merge(read_sources(names, transports, problems), problems);
    select_targets(scope.select, inventory, problems);
    exclude_targets(scope.exclude, inventory, problems);
    pick_targets(scope.pick, scope.seed, inventory);
    override_route(scope.transports, inventory.targets);
    if (names.azure.wanted()) settle_azure_targets(inventory.targets, scope.disk_snapshots);
    limit_targets(scope.limit, inventory.targets);
    assign_credential(scope.credential, inventory, problems);
    return inventory;
}

} // namespace rdpsweep
