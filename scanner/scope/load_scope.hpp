// The scope of a verb, with its mistakes told. resolve_scope.hpp lists the way from here on.
#pragma once

#include "scanner/inventory/inventory.hpp"
#include "scanner/options/scope_options.hpp"
#include "scanner/talk/speaker.hpp"

#include <cstdint>

namespace rdpsweep {

// What the verb does with the targets. log_on: each needs the credential that its route asks for.
// look_up: it only finds out which there are.
enum class ScopeUse : std::uint8_t { log_on, look_up };

// Returns the targets that are meant, and says what was left out. Mistakes end the verb with
// exit_usage; an inventory without targets is none.
Step<Inventory>
load_scope(const ScopeOptions& scope, Speaker& speaker, ScopeUse use = ScopeUse::log_on);

} // namespace rdpsweep
