// Bytes as printable digits and back: base64 and hex.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

// Encodes as RFC 4648 section 4 says, with padding.
std::string base64_encode(std::string_view bytes);

// Decodes strictly: no white space, padding required. Returns nothing on any other character.
std::optional<std::string> base64_decode(std::string_view text);

// Returns 0 to 15, in either case, or -1 where digit is no hex digit.
int hex_value(char digit) noexcept;

// Returns lower-case digits.
std::string hex_encode(std::string_view bytes);

// Takes either case; nothing on an odd length or any other character.
std::optional<std::string> hex_decode(std::string_view text);

} // namespace rdpsweep
