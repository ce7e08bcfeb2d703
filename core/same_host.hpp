// By what a host of one run is met in another, and what of it is compared.
#pragma once

#include "core/outcome.hpp"

#include <string>
#include <vector>

namespace rdpsweep {

// Returns the id of a host: Target::id, or its name where it has none.
const std::string& uid_of(const HostResult& host) noexcept;

// Returns the MachineGuid of the host's Windows in lower case; empty where its facts have none, or
// what is no GUID: what is not 36 bytes long, hex digits and hyphens.
std::string machine_guid_of(const HostResult& host);

// Returns the findings of a host in their order: of several of one rule, the first.
std::vector<const Finding*> one_a_rule(const HostResult& host);

} // namespace rdpsweep
