// Tokens for the identity that Azure gave the machine we run on: a VM, an App Service (Functions
// and Automation too), a server with Azure Arc.
#pragma once

#include "transports/azure/cloud.hpp"
#include "transports/azure/proxy.hpp"
#include "transports/azure/rest.hpp"
#include "transports/azure/token_source.hpp"

#include <memory>
#include <optional>
#include <string>

namespace rdpsweep::azure {

enum class MachineKind : std::uint8_t { vm, app_service, arc };

struct ManagedIdentity {
    MachineKind kind = MachineKind::vm;
    std::string endpoint; // without a query
    std::string header;   // App Service: the value of X-IDENTITY-HEADER
    std::string client;   // of a user-assigned identity; empty: the system-assigned one
};

// Arc tells a file with a key. Only one named *.key in this folder is read, whatever path it gives.
inline constexpr auto arc_key_folder = "/var/opt/azcmagent/tokens";

// Reads what the environment says of the machine (IDENTITY_ENDPOINT and its companions); a VM when
// it says nothing. Error{config, unsupported} where that identity cannot be used: Service Fabric,
// or a user-assigned identity on Arc.
Result<ManagedIdentity> find_machine(const Environment& environment, std::string client);

// Makes the source; rest and cloud must outlive it. key_folder: arc_key_folder, but in tests.
std::unique_ptr<TokenSource> make_managed_identity(
    Rest& rest, const Cloud& cloud, ManagedIdentity identity, std::string key_folder
);

} // namespace rdpsweep::azure
