// How long a host of a plan takes, guessed from those before it.
#pragma once

#include "core/host_deadline.hpp"

#include <chrono>
#include <vector>

namespace rdpsweep {

// Returns what another host is likely to take: as long as nineteen in twenty of those before took,
// and at least its soak and a minute for the rest. A maintenance window that has less left begins
// no further host.
std::chrono::milliseconds
likely_host_time(std::vector<std::chrono::milliseconds> took, Clock::duration soak);

} // namespace rdpsweep
