// Walks through a run's file line by line and notes where each host's last record begins.
#include "scanner/store/finished_records.hpp"

#include "scanner/system/read_line.hpp"

#include <charconv>
#include <istream>
#include <limits>

namespace rdpsweep {

namespace {

constexpr std::size_t most_positions = 1u << 26;

// Returns the position that a finished record names; most_positions when it is no such record.
std::size_t position_in(std::string_view line) {
    if (!line.starts_with(finished_prefix)) return most_positions;
    std::size_t position = 0;
    const auto* const digits = line.data() + finished_prefix.size();
    const auto read = std::from_chars(digits, line.data() + line.size(), position);
    return read.ec == std::errc() && position < most_positions ? position : most_positions;
}

} // namespace

std::vector<std::pair<std::uint64_t, std::size_t>> find_finished(std::istream& in) {
    std::vector<std::pair<std::uint64_t, std::size_t>> places;
    std::uint64_t offset = 0;
    for (std::string line;;) {
        const auto end = read_line(in, line, longest_record);
        if (end == LineEnd::none) return places;
        const auto position = end == LineEnd::whole ? position_in(line) : most_positions;
        if (position < most_positions) {
            if (places.size() <= position) places.resize(position + 1, {0, 0});
            places[position] = {offset, line.size()};
        }
        offset += line.size() + 1;
        if (end != LineEnd::too_long) continue;
        in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
        offset += static_cast<std::uint64_t>(in.gcount()) - 1; // with the newline
    }
}

} // namespace rdpsweep
