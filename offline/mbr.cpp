// Master boot record: four entries, of which one may begin a chain of logical partitions.
#include <array>
#include <cstdio>
#include <set>
#include <utility>

#include "offline/table_readers.hpp"

namespace rdpsweep::offline {
namespace {

constexpr std::size_t first_entry = 446;
constexpr std::size_t entry_bytes = 16;
constexpr std::size_t record_bytes = 512;
constexpr std::uint8_t dynamic_type = 0x42;

struct MbrEntry {
    std::uint8_t type = 0;
    std::uint64_t first = 0; // sectors; of logical ones, relative to their own record
    std::uint64_t count = 0;

    [[nodiscard]] bool used() const noexcept { return type != 0 && count != 0; }

    [[nodiscard]] bool extended() const noexcept {
        return type == 0x05 || type == 0x0F || type == 0x85;
    }
};

MbrEntry entry_at(Bytes record, std::size_t index) noexcept {
    const auto at = first_entry + index * entry_bytes;
    return {
        .type = number_at<std::uint8_t>(record, at + 4).value_or(0),
        .first = number_at<std::uint32_t>(record, at + 8).value_or(0),
        .count = number_at<std::uint32_t>(record, at + 12).value_or(0)};
}

class MbrReader {
public:
    MbrReader(ByteSource& disk, std::uint32_t sector) : disk_(disk) {
        table_.kind = TableKind::mbr;
        table_.sector = sector;
    }

    Result<PartitionTable> read(Bytes first_sector) {
        for (std::size_t i = 0; i < 4; ++i) {
            const auto entry = entry_at(first_sector, i);
            if (!entry.used() || entry.extended()) {
                continue;
            }
            add(entry, 0);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            const auto entry = entry_at(first_sector, i);
            if (!entry.used() || !entry.extended()) {
                continue;
            }
            if (auto followed = follow(entry.first); !followed) {
                return std::move(followed).error();
            }
        }
        return std::move(table_);
    }

private:
    void add(const MbrEntry& entry, std::uint64_t base) {
        char type[8];
        std::snprintf(type, sizeof type, "0x%02x", unsigned{entry.type});
        Partition partition;
        partition.offset = (base + entry.first) * table_.sector;
        partition.length = entry.count * table_.sector;
        partition.type = type;
        if (entry.type == dynamic_type) {
            partition.kind = VolumeKind::dynamic_disk;
        }
        add_partition(table_, std::move(partition), disk_);
    }

    // Follows the chain of an extended partition: each record has a partition, counted from the
    // record, and the place of the next record, counted from the extended partition.
    Status follow(std::uint64_t begin) {
        std::set<std::uint64_t> seen;
        for (auto at = begin;;) {
            const auto offset = at * table_.sector;
            const bool inside = lies_within(disk_.size(), offset, record_bytes).has_value();
            if (!inside || !seen.insert(at).second || seen.size() > most_partitions) {
                table_.damaged = true;
                return {};
            }
            std::array<std::byte, record_bytes> record{};
            if (auto read = disk_.read(offset, record); !read) {
                return read;
            }
            if (number_at<std::uint16_t>(record, 510) != 0xAA55) {
                table_.damaged = true;
                return {};
            }
            if (const auto logical = entry_at(record, 0); logical.used() && !logical.extended()) {
                add(logical, at);
            }
            const auto next = entry_at(record, 1);
            if (!next.used() || !next.extended()) {
                return {};
            }
            at = begin + next.first;
        }
    }

    ByteSource& disk_;
    PartitionTable table_;
};

} // namespace

Result<PartitionTable> read_mbr(ByteSource& disk, Bytes first_sector, std::uint32_t sector) {
    return MbrReader(disk, sector).read(first_sector);
}

} // namespace rdpsweep::offline
