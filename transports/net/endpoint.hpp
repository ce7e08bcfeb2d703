// A server as the command line and the wire name it.
#pragma once

#include <cstdint>
#include <string>

namespace rdpsweep::net {

struct Endpoint {
    std::string host; // a name or an address
    std::uint16_t port = 0;
};

} // namespace rdpsweep::net
