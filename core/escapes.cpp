// Reads one escape at a time. What a text cut in its middle leaves of one is told as cut, so that
// the characters before it can still be judged.
#include "core/escapes.hpp"

#include "core/encoding.hpp"
#include "core/entities.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep {

namespace {

constexpr Escape cut_off{.cut = true};

bool is_octal(char c) {
    return c >= '0' && c <= '7';
}

// Reads exactly count hex digits from at on, and the closing byte, if there is one.
Escape fixed_hex(std::string_view rest, std::size_t at, std::size_t count, char closing = '\0') {
    Escape escape;
    for (; count > 0; --count, ++at) {
        if (at >= rest.size()) return cut_off;
        const int digit = hex_value(rest[at]);
        if (digit < 0) return {};
        escape.value = (escape.value << 4) | static_cast<char32_t>(digit);
    }
    if (closing != '\0') {
        if (at >= rest.size()) return cut_off;
        if (rest[at++] != closing) return {};
    }
    escape.length = at;
    return escape;
}

// Reads any number of digits from at on; leading zeros may be many. The end of the text is not
// taken for that of the number.
Escape number(std::string_view rest, std::size_t at, unsigned base, char closing) {
    Escape escape;
    const auto first = at;
    for (; at < rest.size(); ++at) {
        const int digit = hex_value(rest[at]);
        if (digit < 0 || static_cast<unsigned>(digit) >= base) break;
        escape.value = escape.value * base + static_cast<char32_t>(digit);
        if (escape.value > 0x10FFFF) return {};
    }
    if (at >= rest.size()) return cut_off;
    if (at == first) return {};
    const bool closed = rest[at] == closing;
    if (!closed && closing != ';') return {};
    escape.length = at + (closed ? 1 : 0);
    return escape;
}

Escape as_byte(Escape escape) {
    escape.is_byte = true;
    return escape;
}

Escape letter(char c) {
    constexpr std::string_view letters = "abefnrtv";
    constexpr std::string_view meant = "\a\b\x1B\f\n\r\t\v";
    const auto at = letters.find(c);
    return {2, static_cast<unsigned char>(at < meant.size() ? meant[at] : c), true};
}

Escape named_entity(std::string_view rest) {
    std::size_t end = 1;
    constexpr std::size_t longest = 24;
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    while (end < rest.size() && end < longest && is_letter(rest[end]))
        ++end;
    if (end == rest.size()) return cut_off;
    const auto closed = rest[end] == ';';
    // Without a semicolon the name ends where one is known: "&ampx" is "&x".
    for (auto length = end - 1; length >= 2; --length) {
        const auto value = entity(rest.substr(1, length));
        if (!value) continue;
        return {1 + length + (closed && length == end - 1 ? 1 : 0), *value};
    }
    return {};
}

} // namespace

Escape read_percent(std::string_view rest) {
    if (rest.empty() || rest[0] != '%') return {};
    if (rest.size() == 1) return cut_off;
    if (rest[1] == 'u' || rest[1] == 'U') return fixed_hex(rest, 2, 4);
    return as_byte(fixed_hex(rest, 1, 2));
}

Escape read_form(std::string_view rest) {
    if (!rest.empty() && rest[0] == '+') return {1, ' ', true};
    return read_percent(rest);
}

Escape read_entity(std::string_view rest) {
    if (rest.empty() || rest[0] != '&') return {};
    if (rest.size() < 3) return cut_off;
    if (rest[1] != '#') return named_entity(rest);
    const bool hex = rest[2] == 'x' || rest[2] == 'X';
    return hex ? number(rest, 3, 16, ';') : number(rest, 2, 10, ';');
}

Escape read_backslash(std::string_view rest) {
    if (rest.empty() || rest[0] != '\\') return {};
    if (rest.size() == 1) return cut_off;
    const char kind = rest[1];
    const bool braced = rest.size() > 2 && rest[2] == '{';
    Escape escape;
    if ((kind == 'u' || kind == 'x') && braced) {
        escape = number(rest, 3, 16, '}');
    } else if (kind == 'u') {
        escape = fixed_hex(rest, 2, 4);
    } else if (kind == 'U') {
        escape = fixed_hex(rest, 2, 8);
    } else if (kind == 'x') {
        escape = as_byte(fixed_hex(rest, 2, 2));
    } else if (is_octal(kind)) {
        escape = {1, 0, true};
        while (escape.length < std::min<std::size_t>(4, rest.size()) &&
               is_octal(rest[escape.length]))
            escape.value =
                (escape.value * 8 + static_cast<char32_t>(rest[escape.length++] - '0')) & 0xFF;
    }
    return escape.length != 0 || escape.cut ? escape : letter(kind);
}

Escape read_clixml(std::string_view rest) {
    if (rest.empty() || rest[0] != '_') return {};
    if (rest.size() == 1) return cut_off;
    if (rest[1] != 'x' && rest[1] != 'X') return {};
    return fixed_hex(rest, 2, 4, '_');
}

Escape read_quoted(std::string_view rest) {
    if (rest.empty()) return {};
    constexpr std::string_view doubled = "'\"%$";
    const bool twice = doubled.find(rest[0]) != std::string_view::npos;
    const bool before = rest[0] == '^' || rest[0] == '`';
    if (!twice && !before) return {};
    if (rest.size() == 1) return before ? cut_off : Escape{};
    if (twice && rest[1] != rest[0]) return {};
    return {2, static_cast<unsigned char>(rest[1]), true};
}

Escape read_apostrophes(std::string_view rest) {
    return rest.starts_with("''") ? Escape{2, '\'', true} : Escape{};
}

Escape read_any(std::string_view rest) {
    constexpr std::array<EscapeReader, 4> readers{
        read_percent, read_entity, read_backslash, read_clixml};
    for (const auto reader : readers) {
        const auto escape = reader(rest);
        if (escape.length != 0 || escape.cut) return escape;
    }
    return {};
}

} // namespace rdpsweep
