// How much of RDP's way in a firewall rule is about, beside its ports and profiles.
#pragma once

#include "core/facts.hpp"

#include <cstdint>

namespace rdpsweep {

enum class Reach : std::uint8_t {
    all,          // every connection
    some_clients, // of certain addresses, or of machines and people that prove who they are
    some_ways,    // by certain adapters, or to certain addresses of the VM's
    other_ways,   // by kinds of adapter that no VM of Azure has
};

// Returns the narrowest that the rule's fields say.
Reach reach_of(const FirewallRule& rule);

} // namespace rdpsweep
