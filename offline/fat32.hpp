// FAT32, read-only: one file by its path, which is all that an EFI system partition is asked for.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

#include "offline/source.hpp"

namespace rdpsweep::offline {

// Reads the file at path ("\\EFI\\Microsoft\\Boot\\BCD"; either slash, names in either case as far
// as they are ASCII) from the volume. Error{run, ...}: not_found; unsupported: FAT12, FAT16 or no
// FAT; output_limit: the file is longer than most; malformed_output: a chain that loops, ends early
// or leaves the volume; or what the volume's source says.
Result<std::vector<std::byte>>
read_fat32_file(ByteSource& volume, std::string_view path, std::size_t most);

} // namespace rdpsweep::offline
