// The first bytes of a hive and of its logs: whose they are, and whether the last writing ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "offline/bytes.hpp"

namespace rdpsweep::offline {

// Where the cells of a hive begin; offsets in a hive count from here.
inline constexpr std::size_t cells_begin = 4096;

// What a log keeps of a base block, and all of it that has a meaning.
inline constexpr std::size_t base_block_length = 512;

// Where its fields are.
namespace base_field {
inline constexpr std::size_t primary = 4;
inline constexpr std::size_t secondary = 8;
inline constexpr std::size_t written = 12;
inline constexpr std::size_t major = 20;
inline constexpr std::size_t minor = 24;
inline constexpr std::size_t type = 28;
inline constexpr std::size_t root = 36;
inline constexpr std::size_t bins_size = 40;
inline constexpr std::size_t flags = 144;
inline constexpr std::size_t checksum = 508;
} // namespace base_field

// The largest size of a hive's cells that Windows makes.
inline constexpr std::uint32_t largest_bins = 0x7FFFF000;

// What follows the base block in a log.
inline constexpr std::uint32_t entry_mark = 0x454C7648; // "HvLE"
inline constexpr std::uint32_t pages_mark = 0x54524944; // "DIRT"

// The kinds of files: 1 is a log of whole pages (Windows 8 and before), 6 one of entries.
enum class HiveFile : std::uint32_t { hive = 0, page_log = 1, entry_log = 6 };

struct BaseBlock {
    std::uint32_t primary = 0;   // counts when a writing begins,
    std::uint32_t secondary = 0; // and when it has ended
    std::uint64_t written = 0;   // FILETIME
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    HiveFile type{};
    std::uint32_t root = 0; // the cell of the topmost key
    std::uint32_t bins_size = 0;
    bool checksum_right = false;

    // Tells whether a writing began and did not end: the logs have the rest.
    [[nodiscard]] bool dirty() const noexcept { return !checksum_right || primary != secondary; }
};

// Returns nothing where the bytes, of which base_block_length are wanted, are no base block at all.
std::optional<BaseBlock> read_base_block(Bytes bytes) noexcept;

// Returns the checksum of the fields before it.
std::uint32_t base_checksum(Bytes block) noexcept;

} // namespace rdpsweep::offline
