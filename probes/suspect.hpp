// Naming the one suspect that is left when a handshake fails and nothing that was read explains it.
#pragma once

#include "core/facts.hpp"
#include "core/finding.hpp"
#include "probes/rule.hpp"

#include <span>
#include <vector>

namespace rdpsweep {

// Where a trial failed, every rule that could explain it is content, and those that could not tell
// are of one cause or lack one group of facts: gives HANDSHAKE's finding that cause, by
// circumstance. findings are in the order of rules.
void name_suspect(std::span<const Rule> rules, const Facts& facts, std::vector<Finding>& findings);

} // namespace rdpsweep
