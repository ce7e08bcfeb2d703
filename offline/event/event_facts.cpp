// Names without a name by their place; keeps as many fields, and as much of each, as the collector.
#include "offline/event/event_facts.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace rdpsweep::offline {

namespace {

constexpr std::size_t most_fields = 24;
constexpr std::size_t longest_text = 400; // UTF-16 units
constexpr std::size_t longest_binary = 256;

std::string cut(std::string_view text) {
    std::size_t units = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto point = decode_utf8(text.substr(at));
        units += point.code && *point.code > 0xffff ? 2 : 1;
        if (units > longest_text) break;
        at += point.length;
    }
    return std::string(text.substr(0, at));
}

// Windows writes hexadecimal numbers without leading zeros, libevtx with all of them.
std::string without_zeros(std::string text) {
    const bool number = text.starts_with("0x") && (text.size() == 10 || text.size() == 18) &&
                        std::all_of(text.begin() + 2, text.end(), is_hex_digit);
    if (!number) return text;
    const auto digit = std::min(text.find_first_not_of('0', 2), text.size() - 1);
    return "0x" + text.substr(digit);
}

// Puts a datum in; names that differ in case alone are one name to PowerShell.
void put_field(Event& event, std::string name, std::string text) {
    for (auto& [known, value] : event.data) {
        if (!iequals(known, name)) continue;
        value = std::move(text);
        return;
    }
    event.data.emplace(std::move(name), std::move(text));
}

} // namespace

Event event_of(std::string_view label, const EventRecord& record) {
    Event event;
    event.provider = label;
    event.id = record.id;
    event.time = record.time.value_or(0);
    event.pid = record.pid;
    for (std::size_t place = 0; place < std::min(record.fields.size(), most_fields); ++place) {
        const auto& field = record.fields[place];
        put_field(
            event,
            field.name.empty() ? std::to_string(place) : field.name,
            without_zeros(cut(field.text))
        );
    }
    const bool pairs = record.binary.size() % 2 == 0 && record.binary.size() <= 2 * longest_binary;
    if (pairs && std::all_of(record.binary.begin(), record.binary.end(), is_hex_digit))
        event.binary = ascii_lower(record.binary);
    return event;
}

} // namespace rdpsweep::offline
