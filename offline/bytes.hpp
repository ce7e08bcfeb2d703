// Numbers in the bytes of a disk: little-endian, at any offset, never outside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace rdpsweep::offline {

using Bytes = std::span<const std::byte>;

// Returns so many bytes at offset; nothing if they do not all lie within.
inline std::optional<Bytes> slice(Bytes bytes, std::size_t offset, std::size_t length) noexcept {
    if (offset > bytes.size() || length > bytes.size() - offset) {
        return std::nullopt;
    }
    return bytes.subspan(offset, length);
}

// Returns the unsigned number at offset; nothing if it does not lie within.
template <class Number>
std::optional<Number> number_at(Bytes bytes, std::size_t offset) noexcept {
    const auto found = slice(bytes, offset, sizeof(Number));
    if (!found) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    for (std::size_t at = sizeof(Number); at-- > 0;) {
        value = value << 8U | std::to_integer<std::uint64_t>((*found)[at]);
    }
    return static_cast<Number>(value);
}

} // namespace rdpsweep::offline
