// A log of a hive: which of the two kinds it is, and which entry it begins with.
#pragma once

#include "core/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "offline/hive/base_block.hpp"
#include "offline/source.hpp"

namespace rdpsweep::offline {

struct HiveLog {
    ByteSource* bytes = nullptr;
    BaseBlock base;
    std::array<std::byte, base_block_length> head{}; // the base block as it is written
    std::uint32_t first = 0;                         // sequence number of the first entry
};

struct HiveLogs {
    std::vector<HiveLog> of_entries;
    std::vector<HiveLog> of_pages;
    bool unread = false; // a log is there and could not be read
};

// Looks at the beginning of each log; what is neither of both kinds is left out.
HiveLogs look_at(std::span<ByteSource* const> logs);

// Tells whether a sequence number comes after another one; they begin again behind the largest.
inline bool comes_after(std::uint32_t number, std::uint32_t other) noexcept {
    return static_cast<std::int32_t>(number - other) > 0;
}

} // namespace rdpsweep::offline
