// The sockets of the simulated control plane: HTTPS for Azure, plain HTTP for the metadata service.
#pragma once

#include "core/asio.hpp"
#include "core/result.hpp"
#include "tests/simfleet/azure/arm_face.hpp"
#include "tests/simfleet/ports.hpp"
#include "tests/simfleet/world.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace simfleet {

struct ArmOptions {
    WantedPort port = 0;          // 0: no control plane
    WantedPort metadata_port = 0; // 0: no metadata service
    ArmScene scene;
    ArmPolicy policy;                        // its secret is the fleet's password
    std::vector<std::string> console_engine; // their PowerShell (TypedEngine); empty: simulated
    std::size_t engine_vms = 0;
    std::vector<std::string> consoles; // scenes of serial consoles, dealt in turn; "every": all
};

// Where it listens; 0: nowhere.
struct ArmPorts {
    std::uint16_t plane = 0;
    std::uint16_t metadata = 0;
};

// Listens on 127.0.0.1 and serves for as long as io runs. Writes cloud.json (what `az cloud show`
// would print) and azure.json (tenant and client) to folder. Phase::config when a port is taken.
rdpsweep::Result<ArmPorts> start_arm(
    rdpsweep::asio::io_context& io,
    const std::shared_ptr<World>& world,
    ArmOptions options,
    const std::string& folder
);

} // namespace simfleet
