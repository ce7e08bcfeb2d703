// TCP to a server of Azure's: straight, or through the proxy that the environment names.
#pragma once

#include "transports/net/dial.hpp"

namespace rdpsweep::azure {

// Connects as net::dial() does; through a proxy by CONNECT (RFC 9110 section 9.3.6), with Basic
// where it has a password. A proxy that refuses: Error{connect, refused} with its status.
Task<Result<asio::ip::tcp::socket>>
dial_by_proxy(net::Endpoint to, Services& services, HostDeadline& deadline, Attempt& attempt);

} // namespace rdpsweep::azure
