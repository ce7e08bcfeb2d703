// The scope of a verb that will touch hosts, with its mistakes told.
#pragma once

#include "scanner/inventory/inventory.hpp"
#include "scanner/options/scope_options.hpp"
#include "scanner/talk/speaker.hpp"

namespace rdpsweep {

// Returns the targets that are meant, each with the credential its route needs, and says what was
// left out. Mistakes end the verb with exit_usage; an inventory without targets is none.
Step<Inventory> load_scope(const ScopeOptions& scope, Speaker& speaker);

} // namespace rdpsweep
