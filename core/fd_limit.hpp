// How many hosts this process may have open at once.
#pragma once

#include <cstddef>

namespace rdpsweep {

struct FdLimit {
    std::size_t descriptors = 0; // soft limit after raising it to the hard one
    std::size_t in_flight = 0;   // min(asked, (descriptors - 64) / 4), at least 1
    std::size_t left = 0;        // descriptors beyond what those need, for one connection each
    std::size_t wanted = 0;      // descriptors with which nothing would be lowered
    bool lowered = false;        // in_flight < asked: say so once
};

// Fits so many hosts at work into so many descriptors.
FdLimit fit_descriptors(std::size_t descriptors, std::size_t asked) noexcept;

// Raises RLIMIT_NOFILE to its hard limit and fits the number of hosts in flight into it.
FdLimit raise_fd_limit(std::size_t asked) noexcept;

} // namespace rdpsweep
