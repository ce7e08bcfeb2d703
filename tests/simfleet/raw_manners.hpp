// Listeners that go wrong before the first byte of TLS is answered.
#pragma once

#include "tests/simfleet/channel.hpp"
#include "tests/simfleet/vm.hpp"

namespace simfleet {

// Plays manner if it is one of those; true when the connection has been dealt with.
rdpsweep::Task<bool> misbehave_before_tls(Channel& channel, const Vm& vm);

} // namespace simfleet
