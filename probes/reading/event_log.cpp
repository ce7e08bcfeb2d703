// Windows of events, and which Schannel events are RDP's.
#include "probes/reading/event_log.hpp"

#include "core/text.hpp"
#include "probes/reading/handshake_view.hpp"

#include <algorithm>
#include <iterator>

namespace rdpsweep {

std::vector<LoggedEvent> events_of(
    const Facts& facts, std::string_view provider, const std::function<bool(const Event&)>& keep
) {
    std::vector<LoggedEvent> found;
    const auto& events = facts.events->events;
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (iequals(events[i].provider, provider) && keep(events[i]))
            found.push_back({&events[i], i});
    }
    return found;
}

bool log_covers_window(const Facts& facts, std::int64_t now) noexcept {
    constexpr std::int64_t hour = 3600;
    if (!facts.events || !facts.events->oldest_record) return false;
    const bool clock = facts.collector && facts.collector->utc != 0;
    const std::int64_t vm_now = clock ? facts.collector->utc : now;
    return *facts.events->oldest_record <= vm_now - facts.events->window_hours * hour;
}

bool belongs_to_rdp(const Facts& facts, const Event& event) noexcept {
    constexpr std::int64_t after_connection = 5; // seconds; our choice
    if (during_handshake(facts, event)) return true;
    if (of_limited_probe(facts, event)) return false;
    const auto& events = facts.events->events;
    return std::any_of(events.begin(), events.end(), [&](const Event& other) {
        const bool connection = (iequals(other.provider, "RdpCoreTS") && other.id == 131) ||
                                (iequals(other.provider, "TermService") && other.id == 261);
        const std::int64_t delay = event.time - other.time;
        return connection && delay >= 0 && delay <= after_connection;
    });
}

bool is_creation_failure(const Event& event) noexcept {
    return event.id == 1057 || event.id == 1058;
}

std::vector<LoggedEvent> uncured(const Facts& facts, const std::vector<LoggedEvent>& troubles) {
    const auto created =
        events_of(facts, "TermService", [](const Event& event) { return event.id == 1056; });
    std::int64_t last_created = 0;
    for (const LoggedEvent& logged : created)
        last_created = std::max(last_created, logged.event->time);
    std::vector<LoggedEvent> left;
    std::copy_if(
        troubles.begin(),
        troubles.end(),
        std::back_inserter(left),
        [&](const LoggedEvent& logged) { return logged.event->time > last_created; }
    );
    return left;
}

std::vector<LoggedEvent> uncured_creation_failures(const Facts& facts) {
    if (!facts.events) return {};
    return uncured(facts, events_of(facts, "TermService", is_creation_failure));
}

std::string data_of(const Event& event, const char* name) {
    const auto found = event.data.find(name);
    return found == event.data.end() ? std::string() : found->second;
}

} // namespace rdpsweep
