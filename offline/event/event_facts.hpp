// A record of an event log as an element of /evt, cut as the collector cuts it.
#pragma once

#include "core/facts.hpp"

#include <string_view>

#include "offline/event/evtx.hpp"

namespace rdpsweep::offline {

Event event_of(std::string_view label, const EventRecord& record);

} // namespace rdpsweep::offline
