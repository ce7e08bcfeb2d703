// Names of keys and values: as a hive has them, as text, and equal as Windows finds them equal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "offline/bytes.hpp"

namespace rdpsweep::offline {

// How a name's bytes are to be read: each is a character below 256, or two are one of UTF-16.
enum class NameBytes : std::uint8_t { narrow, wide };

std::u16string read_name(Bytes bytes, NameBytes kind);

// Returns what Windows compares instead of a name: capitals, by its own table, each character for
// itself, whatever language the machine speaks.
char16_t upcase(char16_t unit) noexcept;
std::u16string upcase(std::u16string_view name);

// Returns UTF-8; what is no text becomes U+FFFD.
std::string name_text(std::u16string_view name);

// Does the inverse for a text that is UTF-8.
std::u16string name_of(std::string_view text);

// Returns the number by which a list of keys finds a name that is in capitals already.
std::uint32_t name_hash(std::u16string_view capitals) noexcept;

} // namespace rdpsweep::offline
