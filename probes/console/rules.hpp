// Not a cause: whether there is a way in when RDP and the network are gone.
#pragma once

#include "probes/rule.hpp"

namespace rdpsweep {

Rule console_ready_rule() noexcept; // EMS.READY
Rule dump_ready_rule() noexcept;    // DUMP.READY

} // namespace rdpsweep
