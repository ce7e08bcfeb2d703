// How the files of RDP's own keys are called.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "offline/facts/registry.hpp"
#include "offline/facts/sheet.hpp"

namespace rdpsweep::offline {

// What the names of key files begin with, by container: TSSecKeySet1 to 9. It is the MD5 of the
// container's name in small letters with its NUL, as four little-endian numbers.
inline constexpr std::array<std::string_view, 9> rdp_key_prefixes{
    "f686aace6942fb7f7ceb231212eef4a4",
    "d86b1e848570377d7cb27ddc5de661b0",
    "7215b202ff2cf52c0ac38e6346ef075f",
    "aae70b261fbca7796d1f2beb55988d6b",
    "eddb3aadf119c896de06c2b210bb5d14",
    "863dffb70050c530155a17133e608443",
    "c8c814229270848c5691fe23e04cae82",
    "101d0734242b3590c6f2e618c0bdb122",
    "5e9f1fbff37f710a4c62eba3679640e9"};

// Returns the drive that this Windows calls its own: "C:".
std::string system_drive(const Registry& registry);

// Puts program_data, the folder above that of the keys.
void put_program_data(Sheet& cert, const Registry& registry);

} // namespace rdpsweep::offline
