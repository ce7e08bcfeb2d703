// Azure Resource Graph: three flat queries, paged. It finds everything at once, up to a day late.
#pragma once

#include "transports/azure/arm.hpp"
#include "transports/azure/join.hpp"

#include <map>
#include <string>
#include <vector>

namespace rdpsweep::azure {

struct GraphFinding {
    std::vector<VmRow> vms; // Windows only
    Network network;
    std::vector<std::string> doubts; // why something may be missing; empty: nothing says so
};

// Asks about the subscriptions given (ids). Error{inventory, access_denied} when it may not be
// asked.
Task<Result<GraphFinding>>
ask_graph(Arm& arm, const std::vector<std::string>& subscriptions, HostDeadline& deadline);

} // namespace rdpsweep::azure
