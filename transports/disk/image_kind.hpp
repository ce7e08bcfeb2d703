// What a disk image is, by its first and last sectors: one whose bytes are those of the disk, or a
// format that has to be unpacked first.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string_view>

namespace rdpsweep::disk {

inline constexpr std::size_t sector = 512;

// Where the disk lies in its image: from the first byte on, so many of them.
struct ImageExtent {
    std::uint64_t bytes = 0;
    std::string_view kind; // "raw", "fixed VHD"
};

// Returns the extent of a raw image or a fixed VHD of so many bytes. head: its first sector, tail:
// its last one; both empty where it has none. Error{open, unsupported}: another format, by name,
// with the command that converts it; Error{open, malformed_output}: too short, or a VHD that
// contradicts itself.
Result<ImageExtent> extent_of(std::uint64_t size, std::string_view head, std::string_view tail);

} // namespace rdpsweep::disk
