// TCP connections, bounded in time and honest about why they failed.
#pragma once

#include "core/host_deadline.hpp"
#include "core/outcome.hpp"
#include "core/result.hpp"
#include "transports/net/endpoint.hpp"
#include "transports/services.hpp"

namespace rdpsweep::net {

// Connects to the endpoint, trying each address its name has. Updates attempt.reached and
// round_trips. Error{resolve|connect, ...} on failure.
Task<Result<asio::ip::tcp::socket>>
dial(Endpoint to, Services& services, HostDeadline& deadline, Attempt& attempt);

} // namespace rdpsweep::net
