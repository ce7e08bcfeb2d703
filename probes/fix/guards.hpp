// What may keep a fix from a host, whatever the fix. Pure.
#pragma once

#include "probes/fix/fix.hpp"

#include <optional>
#include <span>
#include <string>

namespace rdpsweep {

// Returns the refusal of a domain controller, and of a host of which nobody knows that it is none.
// ProductType of the registry decides; DomainRole of WMI is asked where that was not read. rule is
// the one that would have been cured.
std::optional<Refusal> refuse_controller(const Facts& facts, const std::string& rule);

// Returns the first value that a policy is proven to set and that these changes would write, as the
// policy names it: "SOFTWARE\Policies\...\SecurityLayer". Empty: none.
std::string managed_value(const Facts& facts, std::span<const Change> changes);

} // namespace rdpsweep
