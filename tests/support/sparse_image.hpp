// A disk image that is mostly nothing, as a file of (number of a sector, its 512 bytes).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

// Returns an image of so many sectors; those that no piece names are zero. Pieces beyond it are
// left out, and of two for a sector the later one holds.
inline std::vector<std::byte>
sparse_image(const std::uint8_t* pieces, std::size_t size, std::size_t sectors) {
    constexpr std::size_t sector = 512;
    std::vector<std::byte> image(sectors * sector);
    for (std::size_t at = 0; at + 4 + sector <= size; at += 4 + sector) {
        std::uint32_t number = 0;
        std::memcpy(&number, pieces + at, sizeof number);
        if (number < sectors) {
            std::memcpy(image.data() + number * sector, pieces + at + 4, sector);
        }
    }
    return image;
}
