// NLA.CHANNEL: a member of a domain can ask its domain controller who logs on.
//
// Not in the article. NLA of a domain account needs the secure channel; where it is broken users
// read that no domain controller can be contacted, or an authentication error, and local accounts
// still work (Microsoft, "Broken trust relationship between a domain-joined device and its domain",
// and "Troubleshoot authentication errors when you use RDP to connect to Azure VM"). Netlogon says
// so: 3210 the controller refused the computer's password, 5721 it knows no such computer, 5719
// none answered, which is normal while Windows starts. 5823, a new password, cures them, and so
// does a later start of Windows, after which Netlogon tries again: the newest decides.
// Sample finding: at_risk, "The domain controller refuses this computer's own password (3210)".
#include "core/text.hpp"
#include "probes/listener_security/rules.hpp"
#include "probes/reading/disk_view.hpp"
#include "probes/reading/event_evidence.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"NLA.CHANNEL", Cause::listener_security, "", Severity::medium};
constexpr auto keys = with_shared(
    "NLA.CHANNEL.ok",
    "NLA.CHANNEL.ok_stopped",
    "NLA.CHANNEL.not_member",
    "NLA.CHANNEL.cured",
    "NLA.CHANNEL.log_short",
    "NLA.CHANNEL.refused",
    "NLA.CHANNEL.no_controller"
);

constexpr std::uint32_t password_changed = 5823, no_controller = 5719;

bool is_refusal(const Event& event) {
    return event.id == 3210 || event.id == 5721;
}

bool is_member(Dword role) {
    return !role || role == 1u || role == 3u; // DomainRole; unread: Netlogon's events tell as well
}

// Returns when the channel was last known to have a fresh start: a new password, or Windows' start.
std::int64_t fresh_start(const Facts& facts) {
    std::int64_t fresh = facts.os && facts.os->boot ? *facts.os->boot : 0;
    for (const LoggedEvent& logged : events_of(facts, "NETLOGON", [](const Event& event) {
             return event.id == password_changed;
         }))
        fresh = std::max(fresh, logged.event->time);
    return fresh;
}

// Returns the times at which no controller answered, long enough after Windows had started.
std::vector<LoggedEvent> without_controller(const Facts& facts) {
    constexpr std::int64_t grace = 600; // our choice
    const std::int64_t boot = facts.os && facts.os->boot ? *facts.os->boot : 0;
    const std::int64_t fresh = fresh_start(facts);
    return events_of(facts, "NETLOGON", [=](const Event& event) {
        return event.id == no_controller && event.time > boot + grace && event.time > fresh;
    });
}

// Tells whether they are more than one passing trouble: two or more, the last of them lately. Both
// bounds are our choice; Netlogon is said to repeat itself every four hours.
bool goes_on(const std::vector<LoggedEvent>& events, std::int64_t clock) {
    constexpr std::int64_t lately = 5 * 3600;
    return events.size() > 1 && clock - events.front().event->time <= lately;
}

Finding conclude(Draft draft, const LoggedEvent& logged, std::size_t count) {
    return show_event(draft.confidence(Confidence::circumstantial), logged, count);
}

Finding evaluate(const Facts& facts, const Policy& policy, std::int64_t now) {
    const Dword role = facts.os ? facts.os->domain_role : Dword{};
    if (!is_member(role)) return ok(traits, "not_member");
    if (auto lost = missing(traits, facts, facts.events, "/evt")) return *lost;
    const auto refusals = events_of(facts, "NETLOGON", is_refusal);
    if (!refusals.empty() && refusals.front().event->time > fresh_start(facts))
        return conclude(at_risk(traits, "refused"), refusals.front(), refusals.size());
    const auto silent = without_controller(facts);
    // Without the time of Windows' start nothing tells these from the usual ones of a start.
    if (!silent.empty() && needs_running(facts, "/os/boot_utc"))
        return offline(traits, "/os/boot_utc");
    if (goes_on(silent, clocks_of(facts, policy, now).vm))
        return conclude(at_risk(traits, "no_controller"), silent.front(), silent.size());
    if (!refusals.empty()) return ok(traits, "cured");
    if (auto lost = missing(traits, facts, facts.events, "/evt/NETLOGON")) return *lost;
    if (log_covers_window(facts, now))
        return ok(traits, read_from_disk(facts) ? "ok_stopped" : "ok");
    const auto oldest = facts.events->oldest_record;
    return unknown(traits, "log_short")
        .saw("/evt_oldest_utc", oldest ? to_iso8601(*oldest) : "unread", "before the window");
}

} // namespace

Rule nla_channel_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
