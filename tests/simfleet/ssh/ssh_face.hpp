// The sshd of a simulated VM, on libssh's server side: logon, one command at a time, and tunnels to
// the VM's RDP port.
#pragma once

#include "core/asio.hpp"
#include "tests/simfleet/world.hpp"

#include <memory>

namespace simfleet {

// Serves one connection to vm's SSH port; vm must outlive the coroutine.
rdpsweep::Task<void>
serve_ssh(rdpsweep::asio::ip::tcp::socket socket, std::shared_ptr<World> world, const Vm* vm);

} // namespace simfleet
