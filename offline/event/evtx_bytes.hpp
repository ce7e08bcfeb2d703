// Numbers written into the bytes of an event log, and its bytes as what a checksum takes.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "offline/bytes.hpp"

namespace rdpsweep::offline {

// Writes number at offset, little-endian; all of it must lie within.
template <class Number>
void put_number(std::span<std::byte> bytes, std::size_t offset, Number number) noexcept {
    for (std::size_t at = 0; at < sizeof(Number); ++at)
        bytes[offset + at] = static_cast<std::byte>(number >> (8 * at) & 0xffU);
}

inline std::string_view text_of(Bytes bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace rdpsweep::offline
