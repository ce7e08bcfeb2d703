// Which part of the estate a target belongs to, for limits that hold per part.
#pragma once

#include "core/asio.hpp"
#include "core/target.hpp"

#include <optional>
#include <string>

namespace rdpsweep {

// Returns the subscription of the target's ARM id, lower-cased; empty when it has none.
std::string subscription_of(const Target& target);

// Returns the network of an address: "10.1.2.0/24", "fd00:0:0:1::/64". IPv4 in IPv6 counts as IPv4.
std::string subnet_of(const asio::ip::address& address);

// Returns the target's address; nothing when it is a name, or there is none.
std::optional<asio::ip::address> literal_address(const Target& target);

} // namespace rdpsweep
