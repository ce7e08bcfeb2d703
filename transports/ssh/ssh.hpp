// SSH: for Windows VMs with OpenSSH.
#pragma once

#include "transports/services.hpp"
#include "transports/transport.hpp"

#include <memory>
#include <string_view>

namespace rdpsweep::ssh {

inline constexpr std::string_view transport_name = "ssh";

} // namespace rdpsweep::ssh

namespace rdpsweep {

// Reads the known_hosts files of services.known_hosts, or the user's and the system's when there is
// none. Error{config, ...} when a named file cannot be read.
Result<std::unique_ptr<Transport>> make_ssh(Services& services);

} // namespace rdpsweep
