// Carries the questions of the CIM collector to a host.
#pragma once

#include "core/host_scope.hpp"
#include "core/result.hpp"
#include "transports/transport.hpp"

#include <string>

namespace rdpsweep {

// The facts/1 document. A question that the host refuses is unread in it; the Error is why it
// answered none, or why the connection is of no more use.
Task<Result<std::string>> ask_all(CimClient& client, HostScope& scope);

} // namespace rdpsweep
