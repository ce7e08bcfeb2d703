// Root cause rdp_port (article step 1): another process owns the RDP port, nobody does, or the
// firewall does not follow it.
#pragma once

#include "probes/rule.hpp"

namespace rdpsweep {

Rule port_owner_rule() noexcept;       // PORT.OWNER
Rule port_no_listener_rule() noexcept; // PORT.NOLISTEN
Rule port_moved_rule() noexcept;       // PORT.MOVED

} // namespace rdpsweep
