// The RDP port of a simulated VM, seen from a network: what a client on the machine itself would
// meet (loopback.hpp), as bytes.
#pragma once

#include "core/asio.hpp"
#include "tests/simfleet/world.hpp"

#include <memory>

namespace simfleet {

// Serves one connection to vm's RDP port; vm must outlive the coroutine.
rdpsweep::Task<void>
serve_rdp(rdpsweep::asio::ip::tcp::socket socket, std::shared_ptr<World> world, const Vm* vm);

} // namespace simfleet
