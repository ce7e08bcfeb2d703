// From the command line's scope to the targets that are meant.
#pragma once

#include "scanner/inventory/inventory.hpp"
#include "scanner/options/scope_options.hpp"

namespace rdpsweep {

// Name of the credential that --user and its companions make.
inline constexpr std::string_view command_line_credential = "command line";

// Reads and merges every -i and -t, then applies --select, --pick, --transport, --credential or
// --user, and --limit.
// Touches no host; Azure, where it is asked, gets a token of ours. With problems the inventory is not to be used.
Inventory resolve_scope(
    const ScopeOptions& scope, std::span<const std::string_view> transports, Problems& problems
);

// Whether a way of the target's route logs on.
bool needs_credential(const Target& target) noexcept;

// A problem for each target whose route needs a credential and that has none: for verbs that will
// log in.
void require_credentials(const Inventory& inventory, Problems& problems);

} // namespace rdpsweep
