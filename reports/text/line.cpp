#include "reports/text/line.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rdpsweep {

namespace {

constexpr std::string_view ellipsis = "…";

// ECMA-48 SGR.
std::string_view sgr(Tone tone) noexcept {
    switch (tone) {
    case Tone::plain:
        return "";
    case Tone::strong:
        return "\x1b[1m";
    case Tone::faint:
        return "\x1b[2m";
    case Tone::good:
        return "\x1b[32m";
    case Tone::warning:
        return "\x1b[33m";
    case Tone::bad:
        return "\x1b[31m";
    }
    return "";
}

// The code point at the front of valid UTF-8 and its length in bytes.
std::pair<char32_t, std::size_t> front(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    const auto length = std::min(wanted, text.size());
    char32_t code = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        code = (code << 6) | (static_cast<unsigned char>(text[i]) & 0x3Fu);
    }
    return {code, length};
}

// The blocks Unicode's EastAsianWidth.txt gives as wide, coarsely.
std::size_t width_of(char32_t code) noexcept {
    constexpr std::array<std::pair<char32_t, char32_t>, 8> wide{{
        {0x1100, 0x115F},
        {0x2E80, 0xA4CF},
        {0xAC00, 0xD7A3},
        {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F},
        {0xFF00, 0xFF60},
        {0x1F300, 0x1FAFF},
        {0x20000, 0x3FFFD},
    }};
    for (const auto& [first, last] : wide) {
        if (code >= first && code <= last) return 2;
    }
    return 1;
}

// As much of text as fits into width columns.
std::string_view fitting(std::string_view text, std::size_t width) noexcept {
    std::size_t bytes = 0;
    std::size_t used = 0;
    while (bytes < text.size()) {
        const auto [code, length] = front(text.substr(bytes));
        if (used + width_of(code) > width) break;
        used += width_of(code);
        bytes += length;
    }
    return text.substr(0, bytes);
}

} // namespace

Tone tone_of(Verdict verdict) noexcept {
    switch (verdict) {
    case Verdict::broken:
        return Tone::bad;
    case Verdict::at_risk:
        return Tone::warning;
    case Verdict::unknown:
        return Tone::strong;
    case Verdict::ok:
        return Tone::good;
    case Verdict::not_applicable:
        return Tone::faint;
    }
    return Tone::plain;
}

std::size_t columns(std::string_view text) noexcept {
    std::size_t used = 0;
    while (!text.empty()) {
        const auto [code, length] = front(text);
        used += width_of(code);
        text.remove_prefix(length);
    }
    return used;
}

Line& Line::add(std::string_view text, Tone tone) {
    spans_.push_back({std::string(text), tone});
    return *this;
}

Line& Line::pad_to(std::size_t column) {
    std::size_t used = 0;
    for (const auto& span : spans_)
        used += columns(span.text);
    return add(std::string(column > used ? column - used : 1, ' '));
}

Line& Line::whole() {
    whole_ = true;
    return *this;
}

std::string Line::render(std::size_t width, bool color) const {
    std::size_t total = 0;
    for (const auto& span : spans_)
        total += columns(span.text);
    const bool cut = !whole_ && total > width;
    auto left = cut ? width - std::min<std::size_t>(width, 1) : total;
    std::string out;
    for (const auto& span : spans_) {
        const auto text = fitting(span.text, left);
        left -= columns(text);
        const bool dressed = color && span.tone != Tone::plain && !text.empty();
        if (dressed) out += sgr(span.tone);
        out += text;
        if (dressed) out += "\x1b[0m";
        if (text.size() < span.text.size()) break;
    }
    if (cut) out += ellipsis;
    while (!out.empty() && out.back() == ' ')
        out.pop_back();
    return out + "\n";
}

} // namespace rdpsweep
