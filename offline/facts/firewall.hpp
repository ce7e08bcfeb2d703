// The rules of Windows' firewall that say something of RDP, and whether it is on at all.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

#include "offline/facts/registry.hpp"
#include "offline/facts/sheet.hpp"

namespace rdpsweep::offline {

// Puts fw and fw_profiles.
void put_firewall(Sheet& listener, const Registry& registry, std::uint32_t port);

// Returns a rule as an element of fw, without its id and source; nothing for one that says nothing
// of the RDP port, of 3389 or of the service. A rule is one text,
// v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=3389|App=...|Svc=termservice|Name=...|
std::optional<nlohmann::json> firewall_rule(std::string_view rule, std::uint32_t port);

} // namespace rdpsweep::offline
