// The scope of a verb that will touch hosts, with its mistakes told.
#pragma once

#include "scanner/inventory/inventory.hpp"
#include "scanner/options/scope_options.hpp"

#include <optional>

namespace rdpsweep {

// The targets that are meant, each with the credential its route needs. Nothing when there are
// mistakes: they are on stderr then, and the exit status is exit_usage. An inventory without
// targets is not a mistake.
std::optional<Inventory> load_scope(const ScopeOptions& scope);

} // namespace rdpsweep
