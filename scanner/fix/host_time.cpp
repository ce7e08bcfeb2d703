// Takes the 95th percentile.
#include "scanner/fix/host_time.hpp"

#include <algorithm>

namespace rdpsweep {

std::chrono::milliseconds
likely_host_time(std::vector<std::chrono::milliseconds> took, Clock::duration soak) {
    const auto least =
        std::chrono::duration_cast<std::chrono::milliseconds>(soak) + std::chrono::minutes(1);
    if (took.empty()) return least;
    const auto slower = took.size() / 20; // those that may take longer
    const auto place = took.begin() + static_cast<std::ptrdiff_t>(took.size() - 1 - slower);
    std::nth_element(took.begin(), place, took.end());
    return std::max(least, *place);
}

} // namespace rdpsweep
