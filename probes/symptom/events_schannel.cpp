// EVT.SCHANNEL: what Schannel logged about server credentials and suites.
//
// Not in the article. 36869/36870/36872: the private key could not be used (cause machine_keys);
// 36871 and 36874: no protocol, no common suite (cause tls_protocols). Any TLS program on the VM
// raises them, as a client too. One counts when it names TermService's process or came with our own
// failed handshake; beside a connection, or alone, it is merely possible and of low severity. No
// event is no evidence when the log does not reach back over the window.
// Sample finding: broken, "Schannel could not use the private key (36870) while RDP was tried".
#include "core/text.hpp"
#include "probes/reading/disk_view.hpp"
#include "probes/reading/event_evidence.hpp"
#include "probes/reading/event_log.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"
#include "probes/reading/status_codes.hpp"
#include "probes/symptom/rules.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"EVT.SCHANNEL", Cause::tls_protocols, "", Severity::critical};
constexpr auto keys = with_shared(
    "EVT.SCHANNEL.ok",
    "EVT.SCHANNEL.ok_stopped",
    "EVT.SCHANNEL.log_short",
    "EVT.SCHANNEL.key_now",
    "EVT.SCHANNEL.key_past",
    "EVT.SCHANNEL.key_before",
    "EVT.SCHANNEL.key_near",
    "EVT.SCHANNEL.key_possible",
    "EVT.SCHANNEL.tls_now",
    "EVT.SCHANNEL.tls_past",
    "EVT.SCHANNEL.tls_before",
    "EVT.SCHANNEL.tls_near",
    "EVT.SCHANNEL.tls_possible"
);

bool about_the_key(const Event& event) {
    return event.id == 36869 || event.id == 36870 || event.id == 36872;
}

// Alerts (36887, 36888) are left out: every port scanner on the Internet causes them.
bool is_relevant(const Event& event) {
    return about_the_key(event) || event.id == 36871 || event.id == 36874;
}

struct Weighed {
    LoggedEvent logged;
    Origin origin;
};

// Orders events: RDP's own first, then those about the key: the cause they name is the more
// specific.
int weight(const Weighed& weighed) {
    return 2 * static_cast<int>(weighed.origin) + (about_the_key(*weighed.logged.event) ? 1 : 0);
}

// Returns the relevant events that may be RDP's, with whose they seem to be.
std::vector<Weighed> weighed_events(const Facts& facts) {
    std::vector<Weighed> weighed;
    for (const LoggedEvent& logged : events_of(facts, "Schannel", is_relevant)) {
        const Origin origin = origin_of(facts, *logged.event);
        if (origin != Origin::another) weighed.push_back({logged, origin});
    }
    return weighed;
}

// Says when RDP's own came: of a disk that is before its VM stopped.
std::string_view when(const Facts& facts, Origin origin, bool now) {
    if (now) return "now";
    if (origin == Origin::rdp) return known_from_disk_alone(facts) ? "before" : "past";
    return origin == Origin::near ? "near" : "possible";
}

std::string describe(const Event& event) {
    std::string words = "Schannel " + std::to_string(event.id);
    for (const char* name :
         {"ErrorCode", "ErrorState", "ErrorStatus", "Protocol", "CallerProcessImageName"}) {
        const std::string value = data_of(event, name);
        if (value.empty()) continue;
        // The others are no codes of winerror.h.
        const std::string_view field(name);
        const bool status = field == "ErrorCode" || field == "ErrorStatus";
        words += " " + std::string(field) + "=" + (status ? status_in_words(value) : value);
    }
    return words;
}

Finding conclude(const Facts& facts, const std::vector<Weighed>& events) {
    // Equals stay in the log's order, newest first.
    const Weighed& weighed =
        *std::max_element(events.begin(), events.end(), [](const auto& a, const auto& b) {
            return weight(a) < weight(b);
        });
    const Event& event = *weighed.logged.event;
    const bool key = about_the_key(event);
    const bool of_rdp = weighed.origin == Origin::rdp;
    const bool now = of_rdp && trial(facts) == Trial::fails;
    const std::string slug =
        (key ? "key_" : "tls_") + std::string(when(facts, weighed.origin, now));
    Draft draft = now ? broken(traits, slug) : at_risk(traits, slug);
    if (!now) draft.severity(of_rdp ? Severity::medium : Severity::low);
    return draft.confidence(Confidence::circumstantial)
        .cause(key ? Cause::machine_keys : Cause::tls_protocols)
        .with("id", std::to_string(event.id))
        .with("count", std::to_string(events.size()))
        .with("last", to_iso8601(event.time))
        .saw(pointer_at("/evt", weighed.logged.index, ""), describe(event), "no such event")
        .saw(pointer_at("/evt", weighed.logged.index, "utc"), to_iso8601(event.time), "");
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t now) {
    if (auto lost = missing(traits, facts, facts.events, "/evt")) {
        // Events only ever support what was read: not having them does not make a host unknown.
        return lower(*lost, Severity::medium);
    }
    const auto events = weighed_events(facts);
    if (!events.empty()) return conclude(facts, events);
    if (auto lost = missing(traits, facts, facts.events, "/evt/Schannel")) {
        return lower(*lost, Severity::medium);
    }
    if (!log_covers_window(facts, now))
        return unknown(traits, "log_short")
            .severity(Severity::medium)
            .saw(
                "/evt_oldest_utc",
                facts.events->oldest_record ? to_iso8601(*facts.events->oldest_record) : "unread",
                "before the window"
            );
    if (!read_from_disk(facts)) return ok(traits);
    return show_stop(ok(traits, "ok_stopped"), facts, now);
}

} // namespace

Rule events_schannel_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
