// The registry as Setup leaves it: the part that is equal on every machine of one build.
#pragma once

#include "tests/simfleet/windows/registry.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace simfleet {

// Cached by build and installation type; copies share it. Any thread may call.
Registry installed_registry(std::uint32_t build, const std::string& install_type);

// The registry value of an inbound allow rule for TermService, as the firewall stores it.
std::string firewall_rule(std::uint32_t build, std::uint16_t port, bool active);

} // namespace simfleet
