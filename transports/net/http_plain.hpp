// One HTTP connection without TLS. Callers must encrypt what they send: see
// transports/winrm/sealing.hpp.
#pragma once

#include "transports/net/endpoint.hpp"
#include "transports/net/wire_http.hpp"

#include <memory>

namespace rdpsweep::net {

class PlainHttpConnection final : public WireHttp {
public:
    // Takes a connected socket; peer is for the Host header. attempt must outlive it.
    PlainHttpConnection(asio::ip::tcp::socket socket, const Endpoint& peer, Attempt& attempt)
        : WireHttp(
              std::make_unique<PlainWire>(std::move(socket)),
              authority(peer.host, peer.port),
              attempt
          ) {}
};

} // namespace rdpsweep::net
