// What a client on the machine itself meets when it speaks RDP to 127.0.0.1.
#pragma once

#include "tests/simfleet/windows/state.hpp"

#include <vector>

namespace simfleet {

// The stated handshakes if there are any, else the one that follows from the registry, the sockets,
// the certificate and the rights on its key file. The client asks for TLS and CredSSP and speaks
// TLS 1.0 to 1.3.
std::vector<Handshake> loopback_handshakes(const State& state);

} // namespace simfleet
