// Signatures of the boot sectors of Windows' file systems, and FAT's own rule for its three widths.
#include "offline/volume_kind.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

namespace rdpsweep::offline {
namespace {

constexpr std::size_t smallest_sector = 512;

bool has_text(Bytes bytes, std::size_t offset, std::string_view text) noexcept {
    const auto found = slice(bytes, offset, text.size());
    return found && std::equal(found->begin(), found->end(), text.begin(), [](std::byte b, char c) {
               return std::to_integer<unsigned char>(b) == static_cast<unsigned char>(c);
           });
}

// A volume of BitLocker To Go looks like FAT32 to those who do not know the identifier behind its
// boot code, 4967D63B-2E29-4AD8-8399-F6A339E3D001.
bool has_bitlocker_identifier(Bytes sector) noexcept {
    constexpr std::string_view identifier = "\x3b\xd6\x67\x49\x29\x2e\xd8\x4a"
                                            "\x83\x99\xf6\xa3\x39\xe3\xd0\x01";
    return has_text(sector, 160, identifier) || has_text(sector, 424, identifier);
}

// The fields of FAT's boot sector that its specification ("FAT: General Overview of On-Disk
// Format") bounds.
struct FatShape {
    std::uint64_t sector, cluster, reserved, fats, root_entries, sectors, fat_sectors;
    bool wide; // 32 bits an entry
};

FatShape shape_of(Bytes sector) noexcept {
    const auto byte_at = [&](std::size_t at) {
        return std::uint64_t{number_at<std::uint8_t>(sector, at).value_or(0)};
    };
    const auto word_at = [&](std::size_t at) {
        return std::uint64_t{number_at<std::uint16_t>(sector, at).value_or(0)};
    };
    const auto dword_at = [&](std::size_t at) {
        return std::uint64_t{number_at<std::uint32_t>(sector, at).value_or(0)};
    };
    return {
        .sector = word_at(11),
        .cluster = byte_at(13),
        .reserved = word_at(14),
        .fats = byte_at(16),
        .root_entries = word_at(17),
        .sectors = word_at(19) != 0 ? word_at(19) : dword_at(32),
        .fat_sectors = word_at(22) != 0 ? word_at(22) : dword_at(36),
        .wide = word_at(22) == 0};
}

VolumeKind fat_kind(Bytes sector) noexcept {
    const auto jump = number_at<std::uint8_t>(sector, 0).value_or(0);
    if ((jump != 0xEB && jump != 0xE9) || number_at<std::uint16_t>(sector, 510) != 0xAA55) {
        return VolumeKind::unknown;
    }
    const auto fat = shape_of(sector);
    const bool sane = std::has_single_bit(fat.sector) && fat.sector >= 512 && fat.sector <= 4096 &&
                      std::has_single_bit(fat.cluster) && fat.reserved != 0 && fat.fats != 0 &&
                      fat.fats <= 4 && fat.fat_sectors != 0;
    if (!sane) {
        return VolumeKind::unknown;
    }
    const auto root = (fat.root_entries * 32 + fat.sector - 1) / fat.sector;
    const auto before = fat.reserved + fat.fats * fat.fat_sectors + root;
    if (fat.sectors <= before) {
        return VolumeKind::unknown;
    }
    if (fat.wide) {
        return fat.root_entries == 0 ? VolumeKind::fat32 : VolumeKind::unknown;
    }
    return (fat.sectors - before) / fat.cluster < 4085 ? VolumeKind::fat12 : VolumeKind::fat16;
}

} // namespace

std::string_view to_string(VolumeKind kind) noexcept {
    constexpr std::array<std::string_view, 9> names{
        "unknown",
        "NTFS",
        "FAT12",
        "FAT16",
        "FAT32",
        "ReFS",
        "BitLocker",
        "dynamic disk",
        "Storage Spaces"};
    return names[static_cast<std::size_t>(kind)];
}

VolumeKind kind_of_sector(Bytes first_sector) noexcept {
    if (has_text(first_sector, 3, "-FVE-FS-") || has_bitlocker_identifier(first_sector)) {
        return VolumeKind::bitlocker;
    }
    if (has_text(first_sector, 3, "NTFS    ")) {
        return VolumeKind::ntfs;
    }
    if (has_text(first_sector, 3, std::string_view("ReFS\0\0\0\0", 8))) {
        return VolumeKind::refs;
    }
    return fat_kind(first_sector);
}

Result<VolumeKind> kind_of_volume(ByteSource& volume) {
    if (volume.size() < smallest_sector) {
        return VolumeKind::unknown;
    }
    std::array<std::byte, smallest_sector> sector{};
    if (auto read = volume.read(0, sector); !read) {
        return std::move(read).error();
    }
    return kind_of_sector(sector);
}

} // namespace rdpsweep::offline
