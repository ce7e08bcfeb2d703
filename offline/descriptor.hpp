// Security descriptors as a disk has them, self-relative (MS-DTYP 2.4.6), in the words of SDDL.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string>

#include "offline/bytes.hpp"

namespace rdpsweep::offline {

enum class DescriptorParts : std::uint8_t {
    owner_dacl, // what the collector asks Windows for: 'Access,Owner'
    owner_group_dacl,
};

// Returns the descriptor as Windows prints it. No DACL at all is "D:NO_ACCESS_CONTROL" or no "D:",
// as the descriptor has it; one without entries is "D:" and its flags. A condition, which Windows
// prints in words, is (#its bytes in hex): nothing here claims to have understood it. Error{run,
// ...}: malformed_output; unsupported: an entry of a type that decides access and has no words.
Result<std::string> sddl_of(Bytes descriptor, DescriptorParts parts);

// Returns "S-1-5-18" of a SID's bytes, of which there may be more behind it.
Result<std::string> sid_text(Bytes sid);

} // namespace rdpsweep::offline
