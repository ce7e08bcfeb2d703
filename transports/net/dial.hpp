// TCP connections, bounded in time and honest about why they failed.
#pragma once

#include "core/host_scope.hpp"
#include "core/outcome.hpp"
#include "core/result.hpp"
#include "transports/services.hpp"

#include <string>

namespace rdpsweep::net {

// Connects to address:port, trying each address the name has. Updates attempt.reached and
// round_trips. Error{resolve|connect, ...} on failure.
Task<Result<asio::ip::tcp::socket>> dial(
    std::string address, std::uint16_t port, Services& services, HostScope& scope, Attempt& attempt
);

} // namespace rdpsweep::net
