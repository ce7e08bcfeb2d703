// The scope of a verb, with its mistakes told. resolve_scope.hpp lists the way from here on.
#pragma once

#include "scanner/inventory/inventory.hpp"
#include "scanner/options/scope_options.hpp"

#include <cstdint>
#include <optional>

namespace rdpsweep {

// What the verb does with the targets. log_on: each needs the credential that its route asks for.
// look_up: it only finds out which there are.
enum class ScopeUse : std::uint8_t { log_on, look_up };

// Returns the targets that are meant. Nothing when there are mistakes: they are on stderr then, and
// the exit status is exit_usage. An inventory without targets is not a mistake.
std::optional<Inventory> load_scope(const ScopeOptions& scope, ScopeUse use = ScopeUse::log_on);

} // namespace rdpsweep
