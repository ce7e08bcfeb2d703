// How wide text is on a terminal, where an East Asian character takes two columns.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

namespace rdpsweep {

// Returns the code point at the front of valid, non-empty UTF-8, and its length in bytes.
std::pair<char32_t, std::size_t> front(std::string_view text) noexcept;

// Returns 2 for a character that Unicode's EastAsianWidth.txt gives as wide or full-width, 0 for a
// combining mark of the common blocks, else 1.
std::size_t columns_of(char32_t code) noexcept;

// Returns the columns that valid UTF-8 without control characters takes: see printable().
std::size_t columns(std::string_view text) noexcept;

// Returns as much of text as fits into width columns, never half a character.
std::string_view fitting(std::string_view text, std::size_t width) noexcept;

} // namespace rdpsweep
