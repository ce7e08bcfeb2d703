// Many addresses in one word: a network or a range, as scanners take them.
#pragma once

#include "scanner/inventory/field_values.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// How many addresses all networks and ranges of one source may stand for: those of a /16.
inline constexpr std::size_t most_addresses = 65'536;

struct AddressRange {
    std::vector<std::string> hosts; // in their order, as normal_address() has them
    std::optional<std::uint16_t> port;
};

// Reads "10.1.0.0/24" (of IPv4 up to /30 without the addresses of the network and of broadcast),
// "10.1.0.4-10.1.0.20", "10.1.0.4-20", "fd00::4-fd00::20" and "fd00::/120", those of IPv4 with or
// without ":PORT". Sets nothing for other texts, which are for parse_endpoint(). Complains about
// ranges that run backwards, networks that are none, and more than room addresses, with their
// number.
Complaint
read_address_range(std::string_view text, std::size_t room, std::optional<AddressRange>& range);

} // namespace rdpsweep
