// Goes through the logs, notes what each of them could not tell, and writes the members of facts/1.
#include "offline/event/event_history.hpp"

#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

#include "offline/event/log_window.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::string_view skipped = "skipped";

void note(
    EventHistory& history, const EventSource& source, std::string_view why, std::string code
) {
    history.unread.push_back(
        {.pointer = std::string(source.pointer), .why = std::string(why), .code = std::move(code)}
    );
}

void note_failure(EventHistory& history, const EventLog& log, const Error& error) {
    const bool absent = error.code() == Errc::not_found;
    for (const auto& source : log.sources)
        note(
            history,
            source,
            absent ? "absent" : "error",
            absent ? std::string() : std::string(to_string(error.code()))
        );
}

// Says what of the window is not there: silence would read as if nothing had happened.
void note_gaps(EventHistory& history, const EventLog& log, const LogWindow& window) {
    const bool lost = window.damaged_chunks != 0 || window.lost_records != 0;
    for (std::size_t at = 0; at < log.sources.size(); ++at) {
        const bool more = window.sources[at].more;
        if (more ? log.says_cap : window.cut)
            note(history, log.sources[at], skipped, "cap");
        else if (lost && !more)
            note(history, log.sources[at], "error", "damaged");
    }
}

void read_log(EventHistory& history, ByteSource& bytes, const EventLog& log) {
    const Window window{.until = history.events.until, .hours = history.events.window_hours};
    auto found = read_window(bytes, log, window);
    if (!found) {
        note_failure(history, log, found.error());
        return;
    }
    history.read = true;
    if (!history.events.until) history.events.until = found->newest;
    if (&log == event_logs().data()) history.events.oldest_record = found->oldest;
    history.damaged_chunks += found->damaged_chunks;
    history.lost_records += found->lost_records;
    note_gaps(history, log, *found);
    for (auto& [events, more] : found->sources)
        std::move(events.begin(), events.end(), std::back_inserter(history.events.events));
}

} // namespace

EventHistory read_history(const OpenLog& open, std::uint32_t hours) {
    EventHistory history;
    history.events.window_hours = hours;
    for (const auto& log : event_logs()) {
        auto bytes = open(log.file);
        if (bytes)
            read_log(history, **bytes, log);
        else
            note_failure(history, log, bytes.error());
    }
    if (!history.read) {
        history.unread.front().pointer = "/evt";
        history.unread.resize(1);
    }
    auto& events = history.events.events;
    std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) {
        return a.time > b.time;
    });
    return history;
}

void put_history(const EventHistory& history, nlohmann::json& facts) {
    if (!history.read) return;
    auto events = nlohmann::json::array();
    for (const auto& event : history.events.events) {
        nlohmann::json element{
            {"prov", event.provider},
            {"id", event.id},
            {"utc", to_iso8601(event.time)},
            {"pid", event.pid},
            {"data", event.data}};
        if (!event.binary.empty()) element["bin"] = event.binary;
        events.push_back(std::move(element));
    }
    facts["evt"] = std::move(events);
    facts["evt_window_h"] = history.events.window_hours;
    if (const auto oldest = history.events.oldest_record)
        facts["evt_oldest_utc"] = to_iso8601(*oldest);
    if (const auto until = history.events.until) facts["evt_until_utc"] = to_iso8601(*until);
}

} // namespace rdpsweep::offline
