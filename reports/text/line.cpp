// Measures, pads and cuts spans by columns, and puts colour around them last.
#include "reports/text/line.hpp"

#include "core/columns.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr char ellipsis[] = "…";

// Returns the parameters of ECMA-48's SGR.
TerminalText sgr(Tone tone) noexcept {
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

Line& Line::add(std::string_view text, Tone tone) {
    spans_.push_back({printable(text, text.size()), tone});
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

TerminalText Line::render(std::size_t width, bool color) const {
    std::size_t total = 0;
    for (const auto& span : spans_)
        total += columns(span.text);
    const bool cut = !whole_ && total > width;
    auto left = cut ? width - std::min<std::size_t>(width, 1) : total;
    TerminalText out;
    for (const auto& span : spans_) {
        const auto text = span.text.first(fitting(span.text, left).size());
        left -= columns(text);
        const bool dressed = color && span.tone != Tone::plain && !text.empty();
        out += dressed ? sgr(span.tone) + text + "\x1b[0m" : text;
        if (text.size() < span.text.size()) break;
    }
    if (cut) out += ellipsis;
    return out.trim_end() + "\n";
}

} // namespace rdpsweep
