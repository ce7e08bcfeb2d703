// Random numbers that are the same on every machine: splitmix64 (Steele, Lea, Flood 2014).
#pragma once

#include <cstdint>

namespace simfleet {

class Dice {
public:
    explicit Dice(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t next() noexcept {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

    // 0 .. count-1; the bias of the remainder does not matter for counts below 2^32.
    std::uint32_t below(std::uint32_t count) noexcept {
        return static_cast<std::uint32_t>(next() % count);
    }

private:
    std::uint64_t state_;
};

} // namespace simfleet
