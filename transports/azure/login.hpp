// Chooses where tokens come from, in the order in which Azure's own libraries look.
#pragma once

#include "transports/azure/az_cli.hpp"
#include "transports/azure/cloud.hpp"
#include "transports/azure/proxy.hpp"
#include "transports/azure/rest.hpp"
#include "transports/azure/token_source.hpp"

#include <memory>
#include <string>

namespace rdpsweep::azure {

// automatic: the environment when it names an application; else the machine's identity; else az.
enum class LoginKind : std::uint8_t { automatic, environment, managed_identity, cli };

// Its references must outlive what login() gives.
struct LoginServices {
    Rest& rest;
    const Cloud& cloud;
    const Environment& environment;
    ProgramRunner run;
};

// Logs in as the application in AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET,
// AZURE_CLIENT_CERTIFICATE_PATH or AZURE_FEDERATED_TOKEN_FILE; AZURE_CLIENT_ID alone chooses a
// user-assigned identity. Error{config, ...} when what was asked for is not there.
Result<std::unique_ptr<TokenSource>> login(LoginKind kind, const LoginServices& services);

} // namespace rdpsweep::azure
