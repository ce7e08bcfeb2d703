// What Windows' firewall does with connections to a port of RDP's, by its rules and profiles.
#pragma once

#include "core/facts.hpp"

#include <cstdint>

namespace rdpsweep {

enum class Passage : std::uint8_t {
    open,            // a rule lets every client in
    off,             // the firewall filters in none of the profiles in use
    limited,         // a rule lets certain clients in, or clients by certain ways
    perhaps_blocked, // a rule keeps out who comes by certain ways: RDP's may be one of them
    profile_alone,   // a rule lets clients in, in some of the profiles that may be in use
    other_profile,   // the rules that would are for profiles that are not in use
    made_void,       // a policy lets the machine's own rules not count
    blocked,         // a rule keeps every client out
    closed,          // no rule that counts lets anybody in
};

struct Filter {
    Passage passage = Passage::closed;
    const FirewallRule* rule = nullptr; // the one that decides, if one does
};

// Returns what the firewall does with that port; facts.rdp_port must have been observed. Rules that
// block certain clients only are left out: an attacker's address is a usual one. So are those that
// block what comes by no adapter of the VM's.
Filter filter_of(const Facts& facts, std::uint16_t number);

} // namespace rdpsweep
