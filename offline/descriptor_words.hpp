// How Windows prints SIDs, rights and flags in SDDL. Private to descriptor.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rdpsweep::offline {

// Returns the two letters of a well-known SID, or the SID as it is.
std::string sid_words(const std::string& sid);

// Returns "FA", "KR", "CCLCSWRPWPDTLOCRRC", or "0x1200a9" where letters do not cover every bit.
std::string rights_words(std::uint32_t mask);

// Returns "OICIID".
std::string flag_words(std::uint8_t flags);

} // namespace rdpsweep::offline
