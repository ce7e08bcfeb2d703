// What a volume holds, by its first sector: a file system, or what hides one.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string_view>

#include "offline/bytes.hpp"
#include "offline/source.hpp"

namespace rdpsweep::offline {

enum class VolumeKind : std::uint8_t {
    unknown,
    ntfs,
    fat12,
    fat16,
    fat32,
    refs,
    bitlocker,      // encrypted; Azure Disk Encryption of Windows is that too
    dynamic_disk,   // Logical Disk Manager: volumes lie anywhere within
    storage_spaces, // a part of a pool
};

// Returns "NTFS", "FAT32", "BitLocker", ...
std::string_view to_string(VolumeKind kind) noexcept;

// Returns the kind of a volume that begins with these bytes: its first 512, or more.
VolumeKind kind_of_sector(Bytes first_sector) noexcept;

// Reads the first sector of a volume. What is shorter than a sector is unknown.
Result<VolumeKind> kind_of_volume(ByteSource& volume);

} // namespace rdpsweep::offline
