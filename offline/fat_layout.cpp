// The boot sector of FAT32 ("FAT: General Overview of On-Disk Format").
#include "offline/fat_layout.hpp"

#include <algorithm>

namespace rdpsweep::offline {

Fat fat_of(Bytes sector) noexcept {
    const auto word = [&](std::size_t at) {
        return std::uint64_t{number_at<std::uint16_t>(sector, at).value_or(0)};
    };
    const auto dword = [&](std::size_t at) {
        return std::uint64_t{number_at<std::uint32_t>(sector, at).value_or(0)};
    };
    const auto sector_bytes = word(11);
    const auto per_cluster = std::uint64_t{number_at<std::uint8_t>(sector, 13).value_or(0)};
    const auto fats = std::uint64_t{number_at<std::uint8_t>(sector, 16).value_or(0)};
    const auto fat_sectors = dword(36);
    const auto sectors = word(19) != 0 ? word(19) : dword(32);
    const auto before = word(14) + fats * fat_sectors;
    const auto flags = word(40); // bit 7: one FAT alone is in use
    const auto active = (flags & 0x80U) != 0 ? std::min(flags & 0x0FU, fats - 1) : 0;
    Fat fat;
    fat.cluster_bytes = sector_bytes * per_cluster;
    fat.table = (word(14) + active * fat_sectors) * sector_bytes;
    fat.data = before * sector_bytes;
    fat.clusters = std::min((sectors - before) / per_cluster, fat_sectors * sector_bytes / 4 - 2);
    fat.root = static_cast<std::uint32_t>(dword(44));
    return fat;
}

} // namespace rdpsweep::offline
