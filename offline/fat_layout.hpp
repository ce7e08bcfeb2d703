// Where the parts of a FAT32 volume lie, and which clusters a chain has. Private to fat32.cpp.
#pragma once

#include <cstdint>
#include <vector>

#include "offline/bytes.hpp"

namespace rdpsweep::offline {

inline constexpr std::uint32_t first_data_cluster = 2;

// Where things lie on the volume.
struct Fat {
    std::uint64_t cluster_bytes = 0;
    std::uint64_t table = 0;    // of the FAT that is in use
    std::uint64_t data = 0;     // where cluster 2 begins
    std::uint64_t clusters = 0; // how many there are
    std::uint32_t root = 0;

    [[nodiscard]] bool has(std::uint32_t cluster) const noexcept {
        return cluster >= first_data_cluster && cluster - first_data_cluster < clusters;
    }
};

// Takes a sector that kind_of_sector() calls FAT32, so that no number in it is zero.
Fat fat_of(Bytes sector) noexcept;

// Clusters of a chain, neighbours together.
struct Runs {
    struct Run {
        std::uint32_t first;
        std::uint64_t count;
    };

    void add(std::uint32_t cluster, std::uint64_t cluster_bytes) {
        bytes += cluster_bytes;
        if (!list.empty() && list.back().first + list.back().count == cluster) {
            ++list.back().count;
        } else {
            list.push_back({.first = cluster, .count = 1});
        }
    }

    std::vector<Run> list;
    std::uint64_t bytes = 0;
};

} // namespace rdpsweep::offline
