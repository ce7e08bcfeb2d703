// Where in a run's file the hosts are that came to their end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string_view>
#include <vector>

namespace rdpsweep {

inline constexpr std::string_view finished_prefix = R"({"record":"finished","index":)";

// What is longer is nobody's record.
inline constexpr std::size_t longest_record = 32u << 20;

// No inventory has more targets (docs/inventory.md).
inline constexpr std::size_t most_records = 1'000'000;

// Where a host's last record is.
struct RecordPlace {
    std::size_t index = 0; // of the host in the inventory
    std::uint64_t offset = 0;
    std::size_t length = 0;
};

// Returns the index that a finished record names; most_records when it is no such record.
std::size_t index_of_finished(std::string_view line) noexcept;

// Returns the places of the last records, one a host, by index. Torn lines, those that are too long
// and those of an index from most on are passed over, and none is kept in memory: what is kept
// grows with the records that are there, and not with what they say of themselves.
std::vector<RecordPlace> find_finished(std::istream& in, std::size_t most = most_records);

} // namespace rdpsweep
