// What the service manager logged of one service, in any language of Windows.
#pragma once

#include "probes/reading/event_log.hpp"

#include <string_view>
#include <vector>

namespace rdpsweep {

// Returns the events of the service manager that say that the service (TermService) did not start
// or has ended, newest first; none when the events were not read.
std::vector<LoggedEvent> service_failures(const Facts& facts, std::string_view service);

} // namespace rdpsweep
