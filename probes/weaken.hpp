// Lowers how sure findings are where the disk that they were read from may be old or damaged.
#pragma once

#include "core/facts.hpp"
#include "core/finding.hpp"

#include <span>
#include <vector>

namespace rdpsweep {

// Makes findings circumstantial that rest on a part of the disk that cannot be relied on: by their
// evidence, and where one has none of the disk by what its cause is read from. What was tried stays
// as it is. Does nothing to the findings of a VM that ran.
void weaken(const Facts& facts, std::vector<Finding>& findings);

} // namespace rdpsweep
