// GUID partition table (UEFI specification, chapter 5): headers and entries guarded by checksums.
#include "core/digest.hpp"
#include "core/unicode.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include "offline/table_readers.hpp"

namespace rdpsweep::offline {
namespace {

constexpr std::size_t header_bytes = 92;
constexpr std::size_t shortest_entry = 128;
constexpr std::size_t most_table_bytes = std::size_t{1} << 20U; // Windows makes 16 KiB

std::string_view as_text(Bytes bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct GptHeader {
    std::uint64_t entries = 0; // sector
    std::uint32_t count = 0;
    std::uint32_t entry_bytes = 0;
    std::uint32_t entries_crc = 0;
};

// Returns what a header says that lies in sector number lba; nothing when it is not one.
std::optional<GptHeader> parse_header(std::vector<std::byte>& bytes, std::uint64_t lba) {
    const auto dword = [&](std::size_t at) {
        return number_at<std::uint32_t>(bytes, at).value_or(0);
    };
    const auto size = dword(12);
    if (!as_text(bytes).starts_with("EFI PART") || size < header_bytes || size > bytes.size() ||
        number_at<std::uint64_t>(bytes, 24) != lba) {
        return std::nullopt;
    }
    const auto crc = dword(16);
    std::fill_n(bytes.begin() + 16, 4, std::byte{0}); // it counts as zero in itself
    const GptHeader header{
        .entries = number_at<std::uint64_t>(bytes, 72).value_or(0),
        .count = dword(80),
        .entry_bytes = dword(84),
        .entries_crc = dword(88)};
    const bool sane = header.entry_bytes >= shortest_entry && header.entry_bytes <= 4096 &&
                      header.entry_bytes % 8 == 0 &&
                      std::uint64_t{header.count} * header.entry_bytes <= most_table_bytes;
    if (crc32(as_text(bytes).substr(0, size)) != crc || !sane) {
        return std::nullopt;
    }
    return header;
}

// Returns a GUID as Microsoft writes it: its first three parts are little-endian numbers.
std::string guid_text(Bytes guid) {
    constexpr std::array<int, 16> order{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    std::string text;
    for (std::size_t i = 0; i < order.size(); ++i) {
        char digits[4];
        const auto at = static_cast<std::size_t>(order[i]);
        std::snprintf(digits, sizeof digits, "%02X", std::to_integer<unsigned>(guid[at]));
        text += i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "";
        text += digits;
    }
    return text;
}

VolumeKind kind_of_type(std::string_view type) noexcept {
    if (type == "5808C8AA-7E8F-42E0-85D2-E1E90434CFB3" ||
        type == "AF9B60A0-1431-4F62-BC68-3311714A69AD") { // metadata and data of the LDM
        return VolumeKind::dynamic_disk;
    }
    return type == "E75CAF8F-F680-4CEE-AFA3-B001E56EFC2D" ? VolumeKind::storage_spaces
                                                          : VolumeKind::unknown;
}

void add_entry(PartitionTable& table, Bytes entry, const ByteSource& disk) {
    if (std::all_of(entry.begin(), entry.begin() + 16, [](std::byte b) {
            return b == std::byte{0};
        })) {
        return;
    }
    const auto first = number_at<std::uint64_t>(entry, 32).value_or(0);
    const auto last = number_at<std::uint64_t>(entry, 40).value_or(0);
    const auto sectors = disk.size() / table.sector;
    if (first > last || first >= sectors) {
        table.damaged = true;
        return;
    }
    if (last >= sectors) {
        table.damaged = true; // cut below
    }
    Partition partition;
    partition.offset = first * table.sector;
    partition.length = (std::min(last, sectors - 1) - first + 1) * table.sector;
    partition.type = guid_text(entry.first(16));
    std::copy_n(entry.begin() + 16, partition.id.size(), partition.id.begin());
    auto name = utf16le_to_utf8(as_text(entry.subspan(56, 72)));
    partition.name = name.substr(0, name.find('\0'));
    partition.kind = kind_of_type(partition.type);
    add_partition(table, std::move(partition), disk);
}

// Reads the table whose header lies in sector number lba.
Result<std::optional<PartitionTable>>
read_table(ByteSource& disk, std::uint32_t sector, std::uint64_t lba) {
    std::optional<PartitionTable> none;
    std::vector<std::byte> bytes(sector);
    if (lba >= disk.size() / sector) {
        return none;
    }
    if (auto read = disk.read(lba * sector, bytes); !read) {
        return std::move(read).error();
    }
    const auto header = parse_header(bytes, lba);
    if (!header) {
        return none;
    }
    std::vector<std::byte> entries(std::size_t{header->count} * header->entry_bytes);
    const bool inside = header->entries < disk.size() / sector &&
                        lies_within(disk.size(), header->entries * sector, entries.size());
    if (!inside) {
        return none;
    }
    if (auto read = disk.read(header->entries * sector, entries); !read) {
        return std::move(read).error();
    }
    if (crc32(as_text(entries)) != header->entries_crc) {
        return none;
    }
    PartitionTable table;
    table.kind = TableKind::gpt;
    table.sector = sector;
    for (std::size_t at = 0; at < entries.size(); at += header->entry_bytes) {
        add_entry(table, Bytes(entries).subspan(at, header->entry_bytes), disk);
    }
    return std::optional(std::move(table));
}

} // namespace

Result<std::optional<PartitionTable>> read_gpt(ByteSource& disk, std::uint32_t sector) {
    auto table = read_table(disk, sector, 1);
    const auto sectors = disk.size() / sector;
    if (!table || *table || sectors < 3) {
        return table;
    }
    // A disk that was made larger has its backup where it ended before. What names the place need
    // not be right: the backup has checksums of its own.
    std::vector<std::byte> begin(2 * std::size_t{sector});
    if (auto read = disk.read(0, begin); !read) {
        return std::move(read).error();
    }
    const std::array<std::uint64_t, 3> places{
        sectors - 1,
        number_at<std::uint64_t>(begin, sector + 32).value_or(0),
        number_at<std::uint32_t>(begin, 446 + 12).value_or(0)}; // sectors behind the boot record
    for (const auto place : places) {
        auto backup = read_table(disk, sector, place);
        if (!backup || *backup) {
            if (backup) {
                (*backup)->damaged = true;
            }
            return backup;
        }
    }
    return table;
}

} // namespace rdpsweep::offline
