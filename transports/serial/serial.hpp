// The serial console of an Azure VM as a way in: the Special Administration Console of Windows,
// behind Azure's gateway. It needs no network path, no WinRM, no agent. It is slow, a VM has only
// one, and opening it ends the session that had it.
#pragma once

#include "transports/services.hpp"
#include "transports/transport.hpp"

#include <memory>
#include <string_view>

namespace rdpsweep::serial {

inline constexpr std::string_view transport_name = "serial";

// Makes the transport; services.azure must outlive it; without one every open() is Error{config,
// unsupported}.
Result<std::unique_ptr<Transport>> make_serial(Services& services);

} // namespace rdpsweep::serial
