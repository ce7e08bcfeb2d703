// Takes old runs away, and compresses those that stay.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace rdpsweep {

// Which runs may go: those that began before a time, but for the newest.
struct PruneRules {
    std::int64_t before = 0; // Unix seconds
    std::size_t newest = 1;  // how many runs stay whatever their age
    std::int64_t now = 0;    // Unix seconds; for plans that are still valid
    bool dry = false;        // take nothing away
};

struct Pruned {
    std::vector<std::string> gone;                          // ids
    std::vector<std::pair<std::string, std::string>> stays; // ids of old ones, and why they stay
};

// Takes old runs away. It leaves alone what is being written, what a plan refers to, and whatever
// has something in its folder that no rdpsweep puts there. Error as of open_runs().
Result<Pruned> prune_runs(const std::string& state_dir, const PruneRules& rules);

// Compresses runs that ended before a run of that id, the newest first, at most so many. What
// cannot be compressed stays as it is. Returns how many it compressed.
std::size_t pack_before(const std::string& state_dir, const std::string& id, std::size_t most);

} // namespace rdpsweep
