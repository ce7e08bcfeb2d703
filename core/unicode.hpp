// UTF-8 read with mistrust, and UTF-16 as Windows writes it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

// One code point of text and how many bytes it took; nothing where the bytes are not UTF-8.
struct CodePoint {
    std::optional<char32_t> code;
    std::size_t length = 1;
};

// Reads the first code point of text, which must not be empty.
CodePoint decode_utf8(std::string_view text);

// Adds code to out; it is not asked whether there is such a code point.
void append_utf8(std::string& out, char32_t code);

// Returns valid UTF-8: bad sequences become U+FFFD.
std::string to_valid_utf8(std::string_view bytes);

// Turns UTF-16LE bytes into UTF-8; lone surrogates become U+FFFD, an odd last byte is dropped.
std::string utf16le_to_utf8(std::string_view bytes);
std::string utf8_to_utf16le(std::string_view text);

} // namespace rdpsweep
