// The two kinds of partition tables. Private to partition_table.cpp.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <optional>

#include "offline/bytes.hpp"
#include "offline/partition_table.hpp"

namespace rdpsweep::offline {

inline constexpr std::uint8_t protective = 0xEE; // type of the one entry that hides a GPT

// Reads the four entries of an MBR and the chain of logical partitions, in units of that sector.
Result<PartitionTable> read_mbr(ByteSource& disk, Bytes first_sector, std::uint32_t sector);

// Reads a GPT by its first header or, where that is wrong, by its backup's. Nothing: neither is
// right for that size of a sector.
Result<std::optional<PartitionTable>> read_gpt(ByteSource& disk, std::uint32_t sector);

// Adds a partition, cut at the end of the disk; one that is empty or begins beyond it is not added.
void add_partition(PartitionTable& table, Partition partition, const ByteSource& disk);

} // namespace rdpsweep::offline
