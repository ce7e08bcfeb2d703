// One accepted connection, from the first byte to the last.
#pragma once

#include "core/asio.hpp"
#include "tests/simfleet/world.hpp"

#include <memory>

namespace simfleet {

enum class Face : std::uint8_t { https, http, rdp, ssh };

// Serves vm to whoever is at the other end of socket; vm must outlive the coroutine.
rdpsweep::Task<void> serve_connection(
    rdpsweep::asio::ip::tcp::socket socket, std::shared_ptr<World> world, const Vm* vm, Face face
);

} // namespace simfleet
