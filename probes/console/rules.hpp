// Not a cause: whether there is a way in when RDP and the network are gone.
#pragma once

#include "probes/rule.hpp"

namespace rdpsweep {

Rule console_ready_rule() noexcept; // EMS.READY

} // namespace rdpsweep
