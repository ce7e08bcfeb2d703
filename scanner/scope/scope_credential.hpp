// The last step of a scope: the credential of each target, and the complaint where one lacks.
#pragma once

#include "scanner/inventory/inventory.hpp"
#include "scanner/options/scope_options.hpp"

#include <string_view>

namespace rdpsweep {

// Name of the credential that --user and its companions make.
inline constexpr std::string_view command_line_credential = "command line";

// Tells whether the command line says who logs on, everywhere.
bool names_an_account(const CommandLineCredential& given) noexcept;

// Gives every target the credential that the command line names or makes; without one, each keeps
// that of its inventory. A name that no credential has is a problem.
void assign_credential(
    const CommandLineCredential& given, Inventory& inventory, Problems& problems
);

// Returns whether a transport of the target's route logs on.
bool needs_credential(const Target& target) noexcept;

// Adds a problem for each target whose route needs a credential and that has none: for verbs that
// will log in.
void require_credentials(const Inventory& inventory, Problems& problems);

} // namespace rdpsweep
