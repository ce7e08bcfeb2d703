// The ways in which programs write a character in a text that has no room for it: percent signs,
// backslashes, entities, quotes. Read with tolerance: whatever some program would read.
#pragma once

#include <cstddef>
#include <string_view>

namespace rdpsweep {

// What stands at the beginning of a text. length 0: no escape. cut: the text ends before the
// escape does.
struct Escape {
    std::size_t length = 0;
    char32_t value = 0;
    bool is_byte = false; // a byte of some encoding, else a code point
    bool cut = false;
};

using EscapeReader = Escape (*)(std::string_view rest);

Escape read_percent(std::string_view rest);   // %41 and %u0041
Escape read_form(std::string_view rest);      // the same, and + for a space
Escape read_entity(std::string_view rest);    // &amp; &#65; &#x41; also without the semicolon
Escape read_backslash(std::string_view rest); // JSON, C, .NET and printable(): \u0041 \x41 \/ \101
Escape read_clixml(std::string_view rest);    // _x0041_
Escape read_quoted(std::string_view rest);    // '' "" %% $$ ^x `x: shells, SQL and CSV
Escape read_apostrophes(std::string_view rest); // '' alone, of all quotes: PowerShell
Escape read_any(std::string_view rest);         // the first of those, but for + and quotes

} // namespace rdpsweep
