// The partitions of a disk: MBR with logical ones, GPT with its backup, or a volume without a
// table.
#pragma once

#include "core/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "offline/source.hpp"
#include "offline/volume_kind.hpp"

namespace rdpsweep::offline {

enum class TableKind : std::uint8_t { none, mbr, gpt };

// Returns "none", "MBR" or "GPT".
std::string_view to_string(TableKind kind) noexcept;

struct Partition {
    std::uint64_t offset = 0; // bytes, from the begin of the disk; all of it lies within the disk
    std::uint64_t length = 0;
    std::string type;               // "0x07", or a GUID in capitals; empty where there is no table
    std::string name;               // GPT's, in UTF-8; others' words
    std::array<std::byte, 16> id{}; // GPT's GUID of this partition; zeros elsewhere
    VolumeKind kind = VolumeKind::unknown;
};

struct PartitionTable {
    TableKind kind = TableKind::none;
    std::uint32_t sector = 512;
    std::vector<Partition> partitions; // as the table has them; none is empty
    // The backup was taken, a chain was cut, or a partition that ends beyond the disk: what is here
    // can be read, and may not be all.
    bool damaged = false;
};

inline constexpr std::size_t most_partitions = 256;

// Reads the table of a disk and the first sector of each partition. Error{run, malformed_output}:
// there is neither a table nor a volume, or a GPT whose both headers are wrong; or what the disk's
// source says.
Result<PartitionTable> read_partition_table(ByteSource& disk);

} // namespace rdpsweep::offline
