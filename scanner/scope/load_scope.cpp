// Resolves a scope, and tells what is wrong with it.
#include "scanner/scope/load_scope.hpp"

#include "scanner/cli/names.hpp"
#include "scanner/scope/resolve_scope.hpp"
#include "scanner/talk/talk.hpp"

namespace rdpsweep {

std::optional<Inventory> load_scope(const ScopeOptions& scope, ScopeUse use) {
    Problems problems;
    auto inventory = resolve_scope(scope, cli_names().transports, problems);
    if (problems.empty() && use == ScopeUse::log_on) require_credentials(inventory, problems);
    if (problems.empty()) {
        write_notes(inventory.notes);
        return inventory;
    }
    write_err(to_text(problems));
    return {};
}

} // namespace rdpsweep
