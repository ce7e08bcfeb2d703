// Naming the one suspect that is left when a handshake fails and nothing that was read explains it.
#pragma once

#include "core/finding.hpp"
#include "probes/rule.hpp"

#include <span>
#include <vector>

namespace rdpsweep {

// Where TLS was dropped as it is without a usable credential, RDP said that it has no certificate,
// or nobody took the connection; every rule that could explain it is content, and those that could
// not tell are of one cause: gives HANDSHAKE's finding that cause, by circumstance. findings are in
// the order of rules.
void name_suspect(std::span<const Rule> rules, std::vector<Finding>& findings);

} // namespace rdpsweep
