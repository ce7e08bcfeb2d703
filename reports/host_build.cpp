// Reads one number out of a facts document, without taking the document apart.
#include "reports/host_build.hpp"

#include "core/json_piece.hpp"

#include <charconv>

namespace rdpsweep {

std::uint32_t os_build(std::string_view facts_json) {
    std::string facts(facts_json);
    const auto number = json_piece(facts, {"os", "build"}).value_or("");
    std::uint32_t build = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), build);
    const bool whole = read.ec == std::errc() && read.ptr == number.data() + number.size();
    return whole ? build : 0;
}

} // namespace rdpsweep
