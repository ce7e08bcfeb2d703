// The entries of a FAT folder with their long names. Private to fat32.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "offline/bytes.hpp"

namespace rdpsweep::offline {

struct FatEntry {
    bool folder = false;
    std::uint32_t first_cluster = 0;
    std::uint32_t size = 0;
};

// Returns the entry of that name, long or short, in the bytes of a folder.
std::optional<FatEntry> find_fat_entry(Bytes folder, std::string_view name);

} // namespace rdpsweep::offline
