// Where in a run's file the hosts are that came to their end.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>
#include <utility>
#include <vector>

namespace rdpsweep {

inline constexpr std::string_view finished_prefix = R"({"record":"finished","index":)";

// What is longer is nobody's record.
inline constexpr std::size_t longest_record = 32u << 20;

// Returns offset and length of the last record of each position; length 0: there is none. Torn
// lines and those that are too long are passed over, and none is kept in memory.
std::vector<std::pair<std::uint64_t, std::size_t>> find_finished(std::istream& in);

} // namespace rdpsweep
