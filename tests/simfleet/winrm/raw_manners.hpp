// Listeners that go wrong before the first byte of TLS is answered.
#pragma once

#include "tests/simfleet/vm.hpp"
#include "tests/simfleet/winrm/peer_stream.hpp"

namespace simfleet {

// Plays manner if it is one of those; true when the connection has been dealt with.
rdpsweep::Task<bool> misbehave_before_tls(PeerStream& stream, const Vm& vm);

} // namespace simfleet
