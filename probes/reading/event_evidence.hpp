// How a finding shows an event that was logged more than once.
#pragma once

#include "probes/reading/event_log.hpp"
#include "probes/reading/rule_support.hpp"

#include <cstddef>
#include <cstdint>

namespace rdpsweep {

// Adds the event's provider, number and time to the evidence, and "id", "count" and "last" to the
// sentence.
Draft& show_event(Draft& draft, const LoggedEvent& logged, std::size_t count);

// Adds "hours" and "until" to a sentence about the window before a VM stopped, and where it ended.
Finding show_stop(Draft draft, const Facts& facts, std::int64_t now);

} // namespace rdpsweep
