// Names between the three ways in which they are written.
#include "offline/hive/names.hpp"

#include "core/unicode.hpp"

#include <algorithm>

namespace rdpsweep::offline {

std::u16string read_name(Bytes bytes, NameBytes kind) {
    std::u16string name;
    const std::size_t width = kind == NameBytes::wide ? 2 : 1;
    name.reserve(bytes.size() / width);
    for (std::size_t at = 0; at + width <= bytes.size(); at += width) {
        auto unit = std::to_integer<unsigned>(bytes[at]);
        if (kind == NameBytes::wide) {
            unit |= std::to_integer<unsigned>(bytes[at + 1]) << 8U;
        }
        name += static_cast<char16_t>(unit);
    }
    return name;
}

std::u16string upcase(std::u16string_view name) {
    std::u16string capitals(name);
    std::transform(capitals.begin(), capitals.end(), capitals.begin(), [](char16_t unit) {
        return upcase(unit);
    });
    return capitals;
}

std::string name_text(std::u16string_view name) {
    std::string bytes;
    bytes.reserve(2 * name.size());
    for (const auto unit : name) {
        bytes += static_cast<char>(unit & 0xFFU);
        bytes += static_cast<char>(unit >> 8U);
    }
    return utf16le_to_utf8(bytes);
}

std::u16string name_of(std::string_view text) {
    const auto bytes = utf8_to_utf16le(text);
    return read_name(std::as_bytes(std::span(bytes)), NameBytes::wide);
}

std::uint32_t name_hash(std::u16string_view capitals) noexcept {
    std::uint32_t hash = 0;
    for (const auto unit : capitals) {
        hash = hash * 37 + unit;
    }
    return hash;
}

} // namespace rdpsweep::offline
