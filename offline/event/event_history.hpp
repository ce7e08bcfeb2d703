// What the collector reads of a running Windows' event logs, read from their files instead: /evt of
// facts/1.
#pragma once

#include "core/facts.hpp"
#include "core/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "offline/event/event_sources.hpp"
#include "offline/source.hpp"

namespace rdpsweep::offline {

// Opens a file below System32\winevt\Logs. Error{..., not_found}: there is none of that name.
using OpenLog = std::function<Result<std::unique_ptr<ByteSource>>(std::string_view file)>;

struct EventHistory {
    EventFacts events;
    bool read = false; // one log could be read at least: events says something
    std::vector<Unread> unread;
    std::size_t damaged_chunks = 0;
    std::uint64_t lost_records = 0; // of those that the chunks that were read should have
};

// Reads all logs; what one of them cannot tell is unread. The window, so many hours long, ends with
// the newest record of the System log (where that cannot be read, of the first log that can): a VM
// that stopped on Friday and is read on Monday has no event of the last day.
EventHistory read_history(const OpenLog& open, std::uint32_t hours = 24);

// Puts evt, evt_window_h, evt_oldest_utc and evt_until_utc into a document of facts/1. The entries
// of unread are the caller's to put in.
void put_history(const EventHistory& history, nlohmann::json& facts);

} // namespace rdpsweep::offline
