// Shows the newest of several events, and how many there were.
#include "probes/reading/event_evidence.hpp"

#include "core/text.hpp"
#include "probes/reading/disk_view.hpp"

namespace rdpsweep {

Draft& show_event(Draft& draft, const LoggedEvent& logged, std::size_t count) {
    const Event& event = *logged.event;
    const auto id = std::to_string(event.id);
    return draft.with("id", id)
        .with("count", std::to_string(count))
        .with("last", to_iso8601(event.time))
        .saw(pointer_at("/evt", logged.index, ""), event.provider + " " + id, "no such event")
        .saw(pointer_at("/evt", logged.index, "utc"), to_iso8601(event.time), "");
}

Finding show_stop(Draft draft, const Facts& facts, std::int64_t now) {
    const std::string until = to_iso8601(window_end(facts, now));
    return draft.with("hours", std::to_string(facts.events->window_hours))
        .with("until", until)
        .saw("/evt_until_utc", until, "");
}

} // namespace rdpsweep
