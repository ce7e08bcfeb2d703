// Walks through a run's file line by line and notes where each host's last record begins.
#include "scanner/store/finished_records.hpp"

#include "scanner/system/read_line.hpp"

#include <algorithm>
#include <charconv>
#include <istream>
#include <limits>
#include <map>

namespace rdpsweep {

std::size_t index_of_finished(std::string_view line) noexcept {
    if (!line.starts_with(finished_prefix)) return most_records;
    std::size_t position = 0;
    const auto* const digits = line.data() + finished_prefix.size();
    const auto read = std::from_chars(digits, line.data() + line.size(), position);
    const bool whole = read.ec == std::errc() && read.ptr != line.data() + line.size() &&
                       (*read.ptr == ',' || *read.ptr == '}');
    return whole ? std::min(position, most_records) : most_records;
}

std::vector<RecordPlace> find_finished(std::istream& in, std::size_t most) {
    std::map<std::size_t, RecordPlace> places;
    std::uint64_t offset = 0;
    for (std::string line;;) {
        const auto end = read_line(in, line, longest_record);
        if (end == LineEnd::none) break;
        const auto position = end == LineEnd::whole ? index_of_finished(line) : most_records;
        if (position < std::min(most, most_records))
            places[position] = {position, offset, line.size()};
        offset += line.size() + 1;
        if (end != LineEnd::too_long) continue;
        in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
        offset += static_cast<std::uint64_t>(in.gcount()) - 1; // with the newline
    }
    std::vector<RecordPlace> sorted;
    sorted.reserve(places.size());
    for (const auto& [position, place] : places)
        sorted.push_back(place);
    return sorted;
}

} // namespace rdpsweep
