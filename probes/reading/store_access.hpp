// What denies SYSTEM, as which SessionEnv works, to write into the store of RDP's own certificate:
// one access check for the rule and for its fix. Pure.
#pragma once

#include "probes/collect/sddl.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

namespace store_access {
// KEY_SET_VALUE | KEY_CREATE_SUB_KEY (winnt.h).
inline constexpr std::uint32_t to_write = 0x0006;
inline constexpr std::string_view system = "S-1-5-18";
// Whom SYSTEM is in an access check: itself, Administrators, Everyone, Authenticated Users.
inline constexpr std::array<std::string_view, 4> token{
    system, "S-1-5-32-544", "S-1-1-0", "S-1-5-11"};
} // namespace store_access

struct StoreDenial {
    std::uint32_t mask = 0; // of store_access::to_write
    bool inherited = false; // the entry came from above
    std::string sid;        // whom it is for: SYSTEM, or a group that SYSTEM is in
};

// Returns the entries that keep SYSTEM from writing: those that deny a right before any other
// grants it, in their order.
std::vector<StoreDenial> store_denials(const SecurityDescriptor& descriptor);

} // namespace rdpsweep
