// CLI11 has such a function, too, but its versions report a mistake in two ways.
#include "scanner/cli/flag_words.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace rdpsweep::cli {

std::optional<int> flag_value(const std::string& value) {
    constexpr std::array set{"true", "on", "yes", "enable", "t", "y", "+"};
    constexpr std::array taken_back{"false", "off", "no", "disable", "f", "n", "-", "0"};
    const auto text = ascii_lower(value);
    if (std::ranges::find(set, text) != set.end()) return 1;
    if (std::ranges::find(taken_back, text) != taken_back.end()) return -1;
    int number = 0;
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    return number;
}

} // namespace rdpsweep::cli
