// The resource providers themselves, one subscription at a time: slower than Resource Graph, and
// right at the moment of asking.
#pragma once

#include "transports/azure/arm.hpp"
#include "transports/azure/join.hpp"

#include <map>
#include <string>
#include <vector>

namespace rdpsweep::azure {

// Lists every VM of the subscription with its power state where Azure gives it; Linux too. In order
// of id.
Task<Result<std::vector<VmRow>>>
list_machines(Arm& arm, const std::string& subscription, HostDeadline& deadline);

// Lists its network interfaces and public addresses.
Task<Status>
list_network(Arm& arm, const std::string& subscription, Network& network, HostDeadline& deadline);

// Lists the Windows instances of its scale sets in uniform mode (those of flexible ones are VMs),
// with their addresses.
Task<Result<std::vector<Vm>>>
list_instances(Arm& arm, const std::string& subscription, HostDeadline& deadline);

} // namespace rdpsweep::azure
