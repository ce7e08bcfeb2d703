// Values of properties as numbers, bytes and times; what is of another kind is none.
#include "core/text.hpp"
#include "probes/collect/cim/steps.hpp"

#include <algorithm>
#include <charconv>

namespace rdpsweep::cim_plan {

namespace {

template <class Number>
std::optional<Number> whole(std::string_view text) {
    text = trim(text); // XML Schema: blanks around a number mean nothing
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return number;
}

} // namespace

const cim::Value* value_of(const cim::Instance& row, std::string_view name) {
    const auto* value = row.find(name);
    return value != nullptr && !value->null ? value : nullptr;
}

std::optional<std::uint32_t> KeyValues::type_of(std::string_view name) const {
    const auto found = by_name.find(ascii_lower(name));
    if (found == by_name.end()) return {};
    return found->second.type;
}

std::optional<std::string> text_of(const cim::Instance& row, std::string_view name) {
    const auto* value = value_of(row, name);
    if (value == nullptr || value->texts.empty()) return {};
    return value->texts.front();
}

std::optional<std::uint64_t> number_in(std::string_view text) {
    return whole<std::uint64_t>(text);
}

std::optional<std::uint64_t> number_of(const cim::Instance& row, std::string_view name) {
    const auto text = text_of(row, name);
    return text ? whole<std::uint64_t>(*text) : std::nullopt;
}

std::optional<std::string> bytes_of(const cim::Instance& row, std::string_view name) {
    const auto* value = value_of(row, name);
    if (value == nullptr) return {};
    std::string bytes;
    bytes.reserve(value->texts.size());
    for (const auto& text : value->texts) {
        const auto byte = whole<std::uint8_t>(text);
        if (!byte) return {};
        bytes.push_back(static_cast<char>(*byte));
    }
    return bytes;
}

std::optional<std::int64_t> time_of(const cim::Instance& row, std::string_view name) {
    constexpr std::size_t seconds_end = 19; // "2013-04-15T16:28:43"
    const auto text = text_of(row, name);
    if (!text || text->size() < seconds_end) return {};
    const auto time = from_iso8601(text->substr(0, seconds_end) + "Z");
    std::string_view zone = std::string_view(*text).substr(seconds_end);
    if (zone.starts_with('.'))
        zone.remove_prefix(std::min(zone.find_first_not_of("0123456789", 1), zone.size()));
    if (!time || zone == "Z") return time;
    // "+01:00". Without any zone the time would be anybody's guess.
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return {};
    const auto hours = whole<int>(zone.substr(1, 2));
    const auto minutes = whole<int>(zone.substr(4, 2));
    if (!hours || !minutes) return {};
    const std::int64_t ahead = *hours * 3600 + *minutes * 60;
    return zone[0] == '+' ? *time - ahead : *time + ahead;
}

std::string wql_text(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

} // namespace rdpsweep::cim_plan
