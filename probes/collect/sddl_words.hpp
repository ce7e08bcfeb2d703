// The words of SDDL: aliases of SIDs, letters of rights, ACE types and flags. Private to sddl.cpp.
#pragma once

#include "probes/collect/sddl.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep::sddl_words {

// Returns the SID of a two-letter alias. Aliases relative to a domain or a machine (DA, LA, ...)
// return themselves; nothing when there is no such alias.
std::optional<std::string> sid_of_alias(std::string_view alias);

// Reads "0x1f01ff", decimal, octal or letters such as "CCLCSWRP" and "FA"; nothing when it is
// neither.
std::optional<std::uint32_t> access_mask(std::string_view rights);

// Reads letters such as "OICIID"; nothing on an unknown pair.
std::optional<std::uint8_t> ace_flags(std::string_view letters);

// Fills kind, conditional and object of ace from its type; false when the type is unknown.
bool classify(std::string_view type, Ace& ace);

} // namespace rdpsweep::sddl_words
