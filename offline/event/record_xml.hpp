// A record of an event log, written as XML, back into its fields.
#pragma once

#include <optional>
#include <string_view>

#include "offline/event/evtx.hpp"

namespace rdpsweep::offline {

// Returns what the XML says; nothing if it is none of an event.
std::optional<EventRecord> read_record_xml(std::string_view xml, const RecordLimits& limits);

} // namespace rdpsweep::offline
