// What ARM takes time for: begun by one request, asked about until it has ended (ARM's asynchronous
// operations).
#pragma once

#include "transports/azure/arm.hpp"

#include <nlohmann/json_fwd.hpp>

namespace rdpsweep::azure {

// Returns the result of what answer, a 200, 201 or 202, began. Azure is asked about it as often as
// ARM says, never more than once a second. Error{run, ...}: nonzero_exit with Azure's code when it
// failed or was cancelled, timed_out when deadline passed first; the operation itself goes on then.
Task<Result<nlohmann::json>>
finish_operation(Arm& arm, const RestAnswer& answer, HostDeadline& deadline);

} // namespace rdpsweep::azure
