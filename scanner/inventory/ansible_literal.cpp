// Reads the literals of Python that inventories have.
#include "scanner/inventory/ansible_literal.hpp"

#include "core/text.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace rdpsweep {

namespace {

// Tells whether nothing but a comment follows a literal.
bool only_comment(std::string_view rest) {
    rest = trim(rest);
    return rest.empty() || rest.front() == '#';
}

// Takes the digits of \x41 or \101 and returns their byte.
std::optional<char> take_number(std::string_view& rest, std::size_t digits, int base) {
    unsigned value = 0;
    const auto* const from = rest.data();
    const auto* const to = from + std::min(digits, rest.size());
    const auto read = std::from_chars(from, to, value, base);
    if (read.ec != std::errc() || value > 0x7f) return {};
    rest.remove_prefix(static_cast<std::size_t>(read.ptr - from));
    return static_cast<char>(value);
}

// Takes what stands behind a backslash. What is no escape keeps its backslash, as in Python.
void take_escape(std::string_view& rest, std::string& text) {
    static constexpr std::array<std::pair<char, char>, 10> simple{
        {{'\\', '\\'},
         {'\'', '\''},
         {'"', '"'},
         {'a', '\a'},
         {'b', '\b'},
         {'f', '\f'},
         {'n', '\n'},
         {'r', '\r'},
         {'t', '\t'},
         {'v', '\v'}}};
    const char c = rest.front();
    for (const auto& [letter, meant] : simple) {
        if (c != letter) continue;
        text += meant;
        rest.remove_prefix(1);
        return;
    }
    auto digits = c == 'x' ? rest.substr(1) : rest;
    const bool octal = c >= '0' && c <= '7';
    const auto byte =
        c == 'x' || octal ? take_number(digits, octal ? 3 : 2, octal ? 8 : 16) : std::nullopt;
    text += byte.value_or('\\');
    if (byte) rest = digits;
}

// Reads a text in quotes with nothing but a comment behind it.
std::optional<std::string> quoted_value(std::string_view text) {
    const char quote = text.front();
    std::string value;
    for (auto rest = text.substr(1); !rest.empty();) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c == quote) return only_comment(rest) ? std::optional(value) : std::nullopt;
        if (c == '\\' && !rest.empty()) {
            take_escape(rest, value);
        } else {
            value += c;
        }
    }
    return {};
}

// Returns how much of text is a number, a list or a constant; 0: nothing of it.
std::size_t plain_length(std::string_view text) {
    for (const std::string_view word : {"True", "False", "None"}) {
        if (text.starts_with(word)) return word.size();
    }
    if (text.front() == '[') {
        const auto close = text.find(']');
        return close == std::string_view::npos ? 0 : close + 1;
    }
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    return digits > 1 && text.front() == '0' ? 0 : digits;
}

} // namespace

std::string literal_value(std::string_view text) {
    if (text.empty()) return {};
    if (text.front() == '\'' || text.front() == '"') {
        if (auto value = quoted_value(text)) return *std::move(value);
        return std::string(text);
    }
    const auto length = plain_length(text);
    const bool literal = length > 0 && only_comment(text.substr(length));
    return std::string(literal ? text.substr(0, length) : text);
}

} // namespace rdpsweep
