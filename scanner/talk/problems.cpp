// Formats a mistake with its place, and suggests the nearest known word.
#include "scanner/talk/problems.hpp"

#include "core/text.hpp"

#include <utility>

namespace rdpsweep {

namespace {

constexpr std::size_t longest_quote = 60;
constexpr std::size_t most_listed = 30;

} // namespace

std::string to_text(std::string_view file, Position at) {
    std::string text(file);
    text += ':';
    text += std::to_string(at.line);
    text += ':';
    text += std::to_string(at.column);
    return text;
}

void Problems::add(std::string where, std::string what, std::string next) {
    if (full()) return;
    list_.push_back({std::move(where), std::move(what), std::move(next)});
}

void Problems::add(std::string where, Mistake mistake) {
    add(std::move(where), std::move(mistake.what), std::move(mistake.next));
}

TerminalText in_quotes(std::string_view text) {
    return "\"" + printable(text, longest_quote) + "\"";
}

std::string suggest(
    std::string_view word, const std::vector<std::string_view>& known, std::string_view what_known
) {
    if (const auto near = nearest(word, known)) return "did you mean " + in_quotes(*near) + "?";
    if (known.empty()) return {};
    std::string text(what_known);
    for (std::size_t i = 0; i < known.size() && i < most_listed; ++i) {
        text += i == 0 ? ": " : ", ";
        text += printable(known[i], longest_quote);
    }
    return known.size() > most_listed ? text + ", ..." : text;
}

} // namespace rdpsweep
