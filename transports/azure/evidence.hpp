// What Azure knows of a VM that we could not get into: its power, its agent, its boot log. The VM
// is not touched.
#pragma once

#include "core/outcome.hpp"
#include "core/target.hpp"
#include "transports/azure/arm.hpp"

namespace rdpsweep::azure {

// Writes it into attempt: notes, or the error that prevented it.
Task<void>
gather_evidence(Arm& arm, const Target& target, HostDeadline& deadline, Attempt& attempt);

} // namespace rdpsweep::azure
