// Access rights, accounts and security descriptors in words, for evidence that people read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rdpsweep {

// What a mask is about: the low bits of files and of registry keys mean different things.
enum class RightsOf : std::uint8_t { file, registry_key };

// Returns the mask with its meaning: "0x120089 (read)".
std::string mask_in_words(std::uint32_t mask, RightsOf object);

// Returns the SID with the account's name: "S-1-5-20 (NETWORK SERVICE)"; the SID alone where it is
// none that every Windows has.
std::string sid_in_words(std::string_view sid);

// Returns the descriptor with its meaning, "O:SYD:P(A;;FA;;;SY) = owner SYSTEM; inherits nothing;
// allow SYSTEM full"; alone where it cannot be read.
std::string sddl_in_words(std::string_view sddl, RightsOf object);

} // namespace rdpsweep
