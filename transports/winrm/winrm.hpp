// WinRM over HTTPS, or over HTTP with encrypted messages: one connection, one shell, one PowerShell
// process.
#pragma once

#include "core/result.hpp"
#include "transports/services.hpp"
#include "transports/transport.hpp"

#include <memory>
#include <string_view>

namespace rdpsweep::winrm {

inline constexpr std::string_view transport_name = "winrm";
// What an attempt over HTTP with encrypted messages is called.
inline constexpr std::string_view sealed_name = "winrm-http";

} // namespace rdpsweep::winrm

namespace rdpsweep {

// Makes the transport; services must outlive the transport. Error{config, ...} when the CA file
// cannot be read.
Result<std::unique_ptr<Transport>> make_winrm(Services& services);

} // namespace rdpsweep
