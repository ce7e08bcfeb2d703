// Carries the questions of the CIM collector to a host.
#pragma once

#include "core/host_deadline.hpp"
#include "core/result.hpp"
#include "transports/registry.hpp"

#include <string>

namespace rdpsweep {

// Returns the facts/1 document. A question that the host refuses is unread in it; the Error is why
// it answered none, or why the connection is no longer of use. questions: that of the transport.
Task<Result<std::string>> ask_all(CimClient& client, Questions questions, HostDeadline& deadline);

} // namespace rdpsweep
