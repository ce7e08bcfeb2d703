// Reads a firewall rule's ports once for both callers: the collector over CIM, which leaves out
// rules that are not about RDP, and PORT.MOVED, which judges the rest.
#include "probes/collect/port_range.hpp"

#include "core/text.hpp"

#include <charconv>
#include <optional>

namespace rdpsweep {

namespace {

std::optional<std::uint32_t> number_of(std::string_view text) noexcept {
    text = trim(text);
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

} // namespace

bool range_covers(std::string_view range, std::uint32_t port) noexcept {
    const auto dash = range.find('-');
    const auto low = number_of(range.substr(0, dash));
    const auto high = dash == std::string_view::npos ? low : number_of(range.substr(dash + 1));
    return low && high && *low <= port && port <= *high;
}

} // namespace rdpsweep
