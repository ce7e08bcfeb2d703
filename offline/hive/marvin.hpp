// Marvin32, the hash by which Windows protects the entries of a registry's log.
#pragma once

#include <cstdint>

#include "offline/bytes.hpp"

namespace rdpsweep::offline {

// Hashes bytes that come in pieces; the length of each piece but the last is a multiple of four.
class Marvin32 {
public:
    void add(Bytes bytes) noexcept;

    // Returns the hash of all that was added, which ends here.
    [[nodiscard]] std::uint64_t finish() noexcept;

private:
    void mix(std::uint32_t word) noexcept;

    // The halves of the seed of logs: the bytes 82 EF 4D 88 7A 4E 55 C5 as a number.
    std::uint32_t low_ = 0x7A4E55C5;
    std::uint32_t high_ = 0x82EF4D88;
    std::uint32_t tail_ = 0x80; // what is left of the last piece, and the bit that ends all
};

} // namespace rdpsweep::offline
