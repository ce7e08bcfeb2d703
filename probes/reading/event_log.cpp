// Windows of events, and which Schannel events are RDP's.
#include "probes/reading/event_log.hpp"

#include "core/text.hpp"
#include "probes/reading/disk_view.hpp"
#include "probes/reading/handshake_view.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <system_error>

namespace rdpsweep {

namespace {

// Reads a process id, decimal or as "0x5a8".
std::optional<std::uint32_t> process_id(std::string_view text) {
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    if (hex) text.remove_prefix(2);
    std::uint32_t number = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number, hex ? 16 : 10);
    if (text.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return number;
}

// Returns "svchost" of "C:\Windows\System32\svchost.exe".
std::string image_of(const Event& event) {
    std::string image = ascii_lower(data_of(event, "CallerProcessImageName"));
    image.erase(0, image.find_last_of("\\/") + 1);
    if (image.ends_with(".exe")) image.resize(image.size() - 4);
    return image;
}

// Tells whether the record names TermService's process as the caller; nothing when it names none,
// or one that may have been TermService before its last start.
std::optional<bool> called_by_termservice(const Facts& facts, const Event& event) {
    const std::string image = image_of(event);
    if (!image.empty() && image != "svchost") return false;
    const auto pid = process_id(data_of(event, "CallerProcessId"));
    const Service* term = facts.services ? facts.services->find("TermService") : nullptr;
    if (!pid || term == nullptr || term->pid == 0) return std::nullopt;
    const bool since_start = term->proc_start && event.time >= *term->proc_start;
    if (*pid == term->pid) return true;
    return since_start ? std::optional(false) : std::nullopt;
}

bool is_connection(const Event& event) {
    return (iequals(event.provider, "RdpCoreTS") && event.id == 131) ||
           (iequals(event.provider, "TermService") && event.id == 261);
}

bool after_connection(const Facts& facts, const Event& event) {
    constexpr std::int64_t most = 5; // seconds; our choice
    const auto& events = facts.events->events;
    return std::any_of(events.begin(), events.end(), [&](const Event& other) {
        const std::int64_t delay = event.time - other.time;
        return is_connection(other) && delay >= 0 && delay <= most;
    });
}

// Tells whether Schannel also logged this id when nobody had connected, as far back as connections
// are known: then some other program keeps logging it.
bool comes_without_connection(const Facts& facts, std::uint32_t id) {
    std::optional<std::int64_t> known_since;
    for (const Event& event : facts.events->events) {
        if (is_connection(event))
            known_since = std::min(known_since.value_or(event.time), event.time);
    }
    if (!known_since) return false;
    const auto& events = facts.events->events;
    return std::any_of(events.begin(), events.end(), [&](const Event& other) {
        return iequals(other.provider, "Schannel") && other.id == id && other.time > *known_since &&
               !during_handshake(facts, other) && !after_connection(facts, other);
    });
}

// Tells whether the failed handshake came as far as TLS: what is refused before never woke
// Schannel.
bool tls_was_tried(const Facts& facts) {
    constexpr std::uint32_t certificate_not_on_server = 3; // MS-RDPBCGR 2.2.1.2.2
    const HandshakeFacts* failed = failed_guest_handshake(facts);
    return failed != nullptr &&
           (failed->stage == "tls" || failed->failure_code == certificate_not_on_server);
}

} // namespace

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
    return *facts.events->oldest_record <=
           window_end(facts, now) - facts.events->window_hours * hour;
}

Origin origin_of(const Facts& facts, const Event& event) {
    if (of_limited_probe(facts, event)) return Origin::another;
    if (const auto ours = called_by_termservice(facts, event))
        return *ours ? Origin::rdp : Origin::another;
    const bool near = after_connection(facts, event);
    const bool provoked = tls_was_tried(facts) && during_handshake(facts, event);
    if (provoked && !comes_without_connection(facts, event.id)) return Origin::rdp;
    return near || provoked ? Origin::near : Origin::unknown;
}

bool brought_about(const Facts& facts, const Event& event) {
    return during_handshake(facts, event) && origin_of(facts, event) == Origin::rdp;
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
