// Marvin32: additions, exclusive ors and rotations of two words.
#include "offline/hive/marvin.hpp"

#include <bit>

namespace rdpsweep::offline {

void Marvin32::mix(std::uint32_t word) noexcept {
    low_ += word;
    high_ ^= low_;
    low_ = std::rotl(low_, 20) + high_;
    high_ = std::rotl(high_, 9) ^ low_;
    low_ = std::rotl(low_, 27) + high_;
    high_ = std::rotl(high_, 19);
}

void Marvin32::add(Bytes bytes) noexcept {
    while (const auto word = number_at<std::uint32_t>(bytes, 0)) {
        mix(*word);
        bytes = bytes.subspan(sizeof *word);
    }
    for (std::size_t at = bytes.size(); at-- > 0;) {
        tail_ = tail_ << 8U | std::to_integer<std::uint32_t>(bytes[at]);
    }
}

std::uint64_t Marvin32::finish() noexcept {
    mix(tail_);
    mix(0);
    return std::uint64_t{high_} << 32U | low_;
}

} // namespace rdpsweep::offline
