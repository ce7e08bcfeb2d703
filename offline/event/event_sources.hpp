// What is asked of which event log: the collector's own list (probes/collect/collector.ps1), by the
// names of files on a disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "offline/event/evtx.hpp"

namespace rdpsweep::offline {

struct IdRange {
    std::uint32_t first;
    std::uint32_t last;
};

struct EventSource {
    std::string_view label;    // prov in facts/1
    std::string_view provider; // empty: any
    std::span<const IdRange> ids;
    std::string_view pointer; // in unread, when it could not be read
};

// One log and what is asked of it.
struct EventLog {
    std::string_view file; // below System32\winevt\Logs
    std::span<const EventSource> sources;
    // Of several, the newest are kept. Where a log is full of what every connection brings, there
    // are always more, and it is not said.
    bool says_cap;
    bool tells_oldest;       // its oldest record is asked for: how far back silence says something
    std::size_t most_chunks; // of 64 KiB that are read for the window
};

// Returns the logs in the order in which they are read. System is the first: the window ends at its
// newest record. Security is the last, and may be the largest.
std::span<const EventLog> event_logs() noexcept;

// Tells whether a record is what the source asks for. Of the audit of keys, only what is about one
// of RDP is.
bool asks_for(const EventSource& source, const EventRecord& record);

} // namespace rdpsweep::offline
