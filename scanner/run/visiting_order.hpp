// The order in which a run visits its hosts.
#pragma once

#include "scanner/store/let_in.hpp"

#include <cstddef>
#include <random>
#include <vector>

namespace rdpsweep {

// Returns the positions of all targets: those that accepted their credential last time, then the
// others, then those with postponed[i]; at random within each. The first hosts decide whether a
// credential is stopped: neither their names nor their place in the inventory may choose them.
std::vector<std::size_t> visiting_order(
    const std::vector<Target>& targets,
    const std::vector<bool>& postponed,
    const LetIn& before,
    std::mt19937& random
);

} // namespace rdpsweep
