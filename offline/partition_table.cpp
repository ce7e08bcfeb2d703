// Tells which kind of table a disk has, in which size of sectors, and what each partition holds.
#include "offline/partition_table.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "offline/table_readers.hpp"

namespace rdpsweep::offline {
namespace {

constexpr std::array<std::uint32_t, 2> sector_sizes{512, 4096};

constexpr std::array<std::size_t, 4> entry_places{446, 462, 478, 494};

// An entry is active or not; other bytes there are a boot sector's code.
bool is_boot_record(Bytes first_sector) noexcept {
    return number_at<std::uint16_t>(first_sector, 510) == 0xAA55 &&
           std::all_of(entry_places.begin(), entry_places.end(), [&](std::size_t place) {
               const auto status = number_at<std::uint8_t>(first_sector, place);
               return status == 0x00 || status == 0x80;
           });
}

bool hides_gpt(Bytes first_sector) noexcept {
    return std::any_of(entry_places.begin(), entry_places.end(), [&](std::size_t place) {
        return number_at<std::uint8_t>(first_sector, place + 4) == protective;
    });
}

PartitionTable whole_disk(const ByteSource& disk, VolumeKind kind) {
    Partition volume;
    volume.length = disk.size();
    volume.kind = kind;
    PartitionTable table;
    table.partitions.push_back(std::move(volume));
    return table;
}

// Looks into the first sector of each partition whose type does not say it already.
Status find_kinds(ByteSource& disk, PartitionTable& table) {
    for (auto& partition : table.partitions) {
        if (partition.kind != VolumeKind::unknown) {
            continue;
        }
        PartSource volume(disk, partition.offset, partition.length);
        auto kind = kind_of_volume(volume);
        if (!kind) {
            return std::move(kind).error();
        }
        partition.kind = *kind;
    }
    return {};
}

bool knows_one(const PartitionTable& table) noexcept {
    return std::any_of(
        table.partitions.begin(),
        table.partitions.end(),
        [](const Partition& partition) { return partition.kind != VolumeKind::unknown; }
    );
}

// An MBR does not say how long its sectors are: they are 512 bytes, unless only the other size
// leads to something that is known.
Result<PartitionTable> read_mbr_of_either(ByteSource& disk, Bytes first_sector) {
    std::optional<PartitionTable> first;
    for (const auto sector : sector_sizes) {
        auto table = read_mbr(disk, first_sector, sector);
        if (!table) {
            return table;
        }
        if (auto found = find_kinds(disk, *table); !found) {
            return std::move(found).error();
        }
        if (knows_one(*table)) {
            return table;
        }
        if (!first) {
            first = std::move(*table);
        }
    }
    return std::move(*first);
}

// Returns the GPT in whichever size of sectors it is right; nothing when in none.
Result<std::optional<PartitionTable>> read_gpt_of_either(ByteSource& disk) {
    for (const auto sector : sector_sizes) {
        auto table = read_gpt(disk, sector);
        if (!table) {
            return table;
        }
        if (*table) {
            if (auto found = find_kinds(disk, **table); !found) {
                return std::move(found).error();
            }
            return table;
        }
    }
    return std::optional<PartitionTable>();
}

} // namespace

std::string_view to_string(TableKind kind) noexcept {
    constexpr std::array<std::string_view, 3> names{"none", "MBR", "GPT"};
    return names[static_cast<std::size_t>(kind)];
}

void add_partition(PartitionTable& table, Partition partition, const ByteSource& disk) {
    const auto size = disk.size();
    if (partition.length == 0) {
        return;
    }
    if (partition.offset >= size || table.partitions.size() >= most_partitions) {
        table.damaged = true;
        return;
    }
    if (partition.length > size - partition.offset) {
        partition.length = size - partition.offset;
        table.damaged = true;
    }
    table.partitions.push_back(std::move(partition));
}

Result<PartitionTable> read_partition_table(ByteSource& disk) {
    std::array<std::byte, 512> sector{};
    if (disk.size() < sector.size()) {
        return Error(Phase::run, Errc::malformed_output, "the disk is shorter than a sector");
    }
    if (auto read = disk.read(0, sector); !read) {
        return std::move(read).error();
    }
    if (const auto kind = kind_of_sector(sector); kind != VolumeKind::unknown) {
        return whole_disk(disk, kind);
    }
    const bool record = is_boot_record(sector);
    if (record && !hides_gpt(sector)) {
        return read_mbr_of_either(disk, sector);
    }
    auto table = read_gpt_of_either(disk);
    if (!table) {
        return std::move(table).error();
    }
    if (*table) {
        (*table)->damaged |= !record;
        return std::move(**table);
    }
    return Error(
        Phase::run,
        Errc::malformed_output,
        record ? "both headers of the partition table (GPT) are damaged"
               : "the disk has no partition table, and is no volume that is known"
    );
}

} // namespace rdpsweep::offline
