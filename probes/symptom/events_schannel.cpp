// EVT.SCHANNEL: what Schannel logged about server credentials and suites.
//
// Not in the article. 36870/36872: the private key could not be used (cause machine_keys); 36871
// and 36874: no protocol, no common suite (cause tls_protocols). Any TLS server on the VM raises
// them, so one counts only beside a connection to RDP or our own handshake; else it is merely
// possible, and of low severity. No event is no evidence when the log does not reach back over the
// window.
// Sample finding: broken, "Schannel could not use the private key (36870) while RDP was tried".
#include "core/text.hpp"
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
    "EVT.SCHANNEL.log_short",
    "EVT.SCHANNEL.key_now",
    "EVT.SCHANNEL.key_past",
    "EVT.SCHANNEL.key_possible",
    "EVT.SCHANNEL.tls_now",
    "EVT.SCHANNEL.tls_past",
    "EVT.SCHANNEL.tls_possible"
);

bool about_the_key(const Event& event) {
    return event.id == 36870 || event.id == 36872;
}

// Alerts (36887, 36888) are left out: every port scanner on the Internet causes them.
bool is_relevant(const Event& event) {
    const bool credential = about_the_key(event) || event.id == 36871 || event.id == 36874;
    return credential && !iequals(data_of(event, "Type"), "client");
}

struct Weighed {
    LoggedEvent logged;
    bool of_rdp;
};

// Orders events: RDP's own first, then those about the key: the cause they name is the more
// specific.
Weighed weightiest(const Facts& facts, const std::vector<LoggedEvent>& events) {
    Weighed best{events.front(), belongs_to_rdp(facts, *events.front().event)};
    for (const LoggedEvent& logged : events) {
        const Weighed other{logged, belongs_to_rdp(facts, *logged.event)};
        const auto weight = [](const Weighed& weighed) {
            return (weighed.of_rdp ? 2 : 0) + (about_the_key(*weighed.logged.event) ? 1 : 0);
        };
        if (weight(other) > weight(best)) best = other;
    }
    return best;
}

std::string describe(const Event& event) {
    std::string words = "Schannel " + std::to_string(event.id);
    for (const char* name : {"ErrorCode", "ErrorState", "ErrorStatus", "Protocol"}) {
        if (const std::string value = data_of(event, name); !value.empty())
            words += " " + std::string(name) + "=" + named_status(value);
    }
    return words;
}

Finding conclude(const Facts& facts, const Weighed& weighed, std::size_t count) {
    const Event& event = *weighed.logged.event;
    const bool key = about_the_key(event);
    const bool now = weighed.of_rdp && trial(facts) == Trial::fails;
    std::string slug = key ? "key_" : "tls_";
    slug += now ? "now" : weighed.of_rdp ? "past" : "possible";
    Draft draft = now ? broken(traits, slug) : at_risk(traits, slug);
    if (!now) draft.severity(weighed.of_rdp ? Severity::medium : Severity::low);
    return draft.confidence(Confidence::circumstantial)
        .cause(key ? Cause::machine_keys : Cause::tls_protocols)
        .with("id", std::to_string(event.id))
        .with("count", std::to_string(count))
        .with("last", to_iso8601(event.time))
        .saw(pointer_at("/evt", weighed.logged.index, ""), describe(event), "no such event")
        .saw(pointer_at("/evt", weighed.logged.index, "utc"), to_iso8601(event.time), "");
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t now) {
    if (auto lost = missing(traits, facts, facts.events, "/evt")) {
        // Events only ever support what was read: not having them does not make a host unknown.
        lost->severity = Severity::medium;
        return *lost;
    }
    const auto events = events_of(facts, "Schannel", is_relevant);
    if (!events.empty()) return conclude(facts, weightiest(facts, events), events.size());
    if (auto lost = missing(traits, facts, facts.events, "/evt/Schannel")) {
        lost->severity = Severity::medium;
        return *lost;
    }
    if (!log_covers_window(facts, now))
        return unknown(traits, "log_short")
            .severity(Severity::medium)
            .saw(
                "/evt_oldest_utc",
                facts.events->oldest_record ? to_iso8601(*facts.events->oldest_record) : "unread",
                "before the window"
            );
    return ok(traits);
}

} // namespace

Rule events_schannel_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
