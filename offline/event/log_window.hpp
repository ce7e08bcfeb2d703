// The window of one event log: what its sources ask for, newest first.
#pragma once

#include "core/facts.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "offline/event/event_sources.hpp"
#include "offline/event/evtx_tail.hpp"

namespace rdpsweep::offline {

// What was found for one source of a log.
struct SourceEvents {
    std::vector<Event> events; // newest first
    bool more = false;         // than were kept
};

struct LogWindow {
    std::vector<SourceEvents> sources;  // as in EventLog
    std::optional<std::int64_t> newest; // record of the log
    std::optional<std::int64_t> oldest; // record of the log
    bool cut = false;                   // not all of the window was read
    std::size_t damaged_chunks = 0;
    std::uint64_t lost_records = 0;
};

// Where a window ends, and how long it is. Without an end it is the log's newest record.
struct Window {
    std::optional<std::int64_t> until; // Unix seconds
    std::uint32_t hours = 24;
};

// Reads what the log's sources ask for. Events after the end are in the window, too: another log
// may go on longer than the one it was taken from.
Result<LogWindow> read_window(ByteSource& bytes, const EventLog& log, const Window& window);

} // namespace rdpsweep::offline
