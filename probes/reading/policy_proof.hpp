// What a policy is proven to set, as opposed to what merely stands below the Policies key.
#pragma once

#include "core/facts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// The key of the policies for Remote Desktop Services, below HKLM, with a backslash at its end.
inline const std::string terminal_policy_key =
    R"(SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services\)";

// Returns the values that a policy is proven to set, as "key\value" below HKLM: those that RSoP or
// Registry.pol names, and those of which Remote Desktop Services says that a policy is their
// source.
std::vector<std::string> policy_proofs(const Facts& facts);

// Tells whether a policy is proven to set a value of that key: "SecurityLayer".
bool is_set_by_policy(const Facts& facts, std::string_view name);

} // namespace rdpsweep
