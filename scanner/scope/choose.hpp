// Which targets of an inventory are meant: --select, --exclude, --pick and --limit.
#pragma once

#include "scanner/inventory/inventory.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

// Keeps the targets that the expression (select.hpp) matches; an empty one keeps all. Notes when it
// matches none, which is most often a mistake in it. Does nothing once there are problems.
void select_targets(const std::string& expression, Inventory& inventory, Problems& problems);

// Does the opposite for --exclude. Notes when it matches none: a typing mistake must not let in
// what was to stay out.
void exclude_targets(const std::string& expression, Inventory& inventory, Problems& problems);

// Keeps count targets at random, in the order of the inventory; 0 keeps all. The inventory's seed
// and a note say how to pick the same ones again. Without a seed it takes one of its own.
void pick_targets(std::size_t count, std::optional<std::uint64_t> seed, Inventory& inventory);

// Keeps the first count; 0 keeps all.
void limit_targets(std::size_t count, std::vector<Target>& targets);

} // namespace rdpsweep
