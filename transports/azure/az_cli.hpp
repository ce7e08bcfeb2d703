// Tokens from azure-cli, for the account that is logged in with `az login`.
#pragma once

#include "transports/azure/cloud.hpp"
#include "transports/azure/token_source.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace rdpsweep::azure {

// Runs a program without a shell, bounded in time and output, and gives what it prints. Blocking.
using ProgramRunner = std::function<Result<std::string>(const std::vector<std::string>&)>;

// Makes the source. tenant: empty for that of az's own account. Its fetch() blocks the lane for as
// long as az takes (about a second): it is meant for the time before a sweep.
std::unique_ptr<TokenSource> make_az_cli(const Cloud& cloud, std::string tenant, ProgramRunner run);

} // namespace rdpsweep::azure
