// Parses a number with its unit, and writes a duration in the largest unit that divides it.
#include "scanner/talk/duration.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace rdpsweep {

namespace {

using std::chrono::milliseconds;

// Longest unit first, for to_text.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> units{{
    {"h", 3'600'000},
    {"m", 60'000},
    {"s", 1'000},
    {"ms", 1},
}};

constexpr std::int64_t longest = std::int64_t{30} * 24 * 3'600'000;

} // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
    const auto digits = text.find_first_not_of("0123456789.");
    if (digits == 0 || digits == std::string_view::npos) return {};
    double number = 0;
    const auto* const end = text.data() + digits;
    const auto parsed = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (parsed.ec != std::errc() || parsed.ptr != end) return {};
    for (const auto& [name, factor] : units) {
        if (text.substr(digits) != name) continue;
        const double ms = std::round(number * static_cast<double>(factor));
        if (!(ms >= 1) || ms > static_cast<double>(longest)) return {};
        return milliseconds(static_cast<std::int64_t>(ms));
    }
    return {};
}

std::string to_text(milliseconds duration) {
    for (const auto& [name, factor] : units) {
        if (duration.count() % factor == 0 && duration.count() != 0) {
            return std::to_string(duration.count() / factor) + std::string(name);
        }
    }
    return "0s";
}

} // namespace rdpsweep
