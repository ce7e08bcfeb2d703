// RDP.DENIED and RDP.LISTENER: nothing in the registry says that RDP is off.
//
// Not in the article. The policy value of fDenyTSConnections wins over the local one. A local value
// that is missing stops the listener while WMI goes on reporting that connections are allowed.
// Sample finding: broken, "RDP is denied: fDenyTSConnections is 1 (policy)".
#include "probes/listener_security/rules.hpp"
#include "probes/reading/event_log.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr RuleTraits denied_traits{"RDP.DENIED", Cause::listener_security, "", Severity::critical};
constexpr auto denied_keys = with_shared(
    "RDP.DENIED.ok",
    "RDP.DENIED.policy",
    "RDP.DENIED.local",
    "RDP.DENIED.value_missing",
    "RDP.DENIED.missing_listens",
    "RDP.DENIED.not_in_force",
    "RDP.DENIED.mismatch"
);
constexpr RuleTraits listener_traits{
    "RDP.LISTENER", Cause::listener_security, "", Severity::critical};
constexpr auto listener_keys = with_shared(
    "RDP.LISTENER.ok",
    "RDP.LISTENER.key_missing",
    "RDP.LISTENER.switched_off",
    "RDP.LISTENER.not_in_force",
    "RDP.LISTENER.drain",
    "RDP.LISTENER.half_open",
    "RDP.LISTENER.attacked"
);

Draft& show_denied(Draft& draft, const PortFacts& port) {
    return draft.saw("/listener/deny_policy", text(port.deny_policy), "absent or 0")
        .saw("/listener/deny_local", text(port.deny_local), "0");
}

// Tells whether a socket on the RDP port is TermService's.
bool termservice_listens(const Facts& facts) {
    const Service* term = facts.services ? facts.services->find("TermService") : nullptr;
    if (term == nullptr || term->pid == 0) return false;
    const auto& sockets = facts.rdp_port->sockets;
    return std::any_of(sockets.begin(), sockets.end(), [&](const Socket& socket) {
        return socket.port == facts.rdp_port->port() && socket.pid == term->pid;
    });
}

// Judges a value that denies RDP, or is missing: what listens, or was just reached, is not denied
// yet, and may be after the next restart.
Draft judge_denial(const Facts& facts) {
    const PortFacts& port = *facts.rdp_port;
    const bool missing = !port.deny_policy && !port.deny_local;
    const bool reached = completed_handshake(facts) != nullptr;
    if (missing && (reached || termservice_listens(facts)))
        return at_risk(denied_traits, "missing_listens");
    if (reached) return at_risk(denied_traits, "not_in_force");
    if (missing) return broken(denied_traits, "value_missing");
    return broken(denied_traits, port.deny_policy ? "policy" : "local");
}

Finding evaluate_denied(const Facts& facts, const Policy&, std::int64_t) {
    for (const auto* pointer : {"/listener/deny_policy", "/listener/deny_local"}) {
        if (auto lost = missing(denied_traits, facts, facts.rdp_port, pointer)) return *lost;
    }
    const PortFacts& port = *facts.rdp_port;
    if ((port.deny_policy ? port.deny_policy : port.deny_local).value_or(1) != 0) {
        Draft draft = judge_denial(facts);
        return show_denied(draft, port);
    }
    // The policy allows what the local value denies: RDP is off the day the policy goes.
    if (port.deny_policy && port.deny_local != port.deny_policy) {
        Draft draft = at_risk(denied_traits, "mismatch");
        return show_denied(draft, port);
    }
    return ok(denied_traits).saw("/listener/deny_local", text(port.deny_local), "0");
}

struct Switch {
    const char* pointer;
    std::string_view name;
    Dword value;
    std::uint32_t off; // the value that keeps users out
    bool deaf;         // with it nothing listens; else nobody may log on
};

// Tells whether the listener was tried from inside and took the connection, or let it wait, without
// an answer: so it looks when all places of connections on their way in are taken.
bool left_waiting(const Facts& facts) {
    const HandshakeFacts* tried = failed_guest_handshake(facts);
    if (tried == nullptr) return false;
    const bool before_tls = tried->stage == "connect" || tried->stage == "x224";
    return before_tls && (tried->failure == "timeout" || tried->failure == "closed");
}

// Judges passwords that are tried from outside (RdpCoreTS 140): fifty within an hour are a
// machine's work. That is daily life on the internet, and no fault unless RDP leaves people
// waiting.
Finding judge_flood(const Facts& facts) {
    constexpr std::int64_t hour = 3600;
    constexpr std::size_t many = 50; // our choice: the most that the collector reports
    if (!facts.events) return ok(listener_traits);
    const auto failed =
        events_of(facts, "RdpCoreTS", [](const Event& event) { return event.id == 140; });
    if (failed.size() < many) return ok(listener_traits);
    const std::int64_t span = failed.front().event->time - failed[many - 1].event->time;
    if (span > hour) return ok(listener_traits);
    return at_risk(listener_traits, "attacked")
        .severity(left_waiting(facts) ? Severity::high : Severity::low)
        .confidence(Confidence::circumstantial)
        .with("count", std::to_string(failed.size()))
        .saw("/evt", std::to_string(failed.size()) + " events RdpCoreTS 140", "few");
}

// Judges how many connections may be on their way in. Windows takes 3,000 as a server and 100 as a
// client where no value is set; below 100 a scan of the internet takes all of them, and people get
// no answer. What was reached all the same had a place.
Finding judge_half_open(const Facts& facts) {
    constexpr std::uint32_t least = 100;
    if (facts.why_unread("/listener/ts/half_open") != nullptr) return ok(listener_traits);
    const Dword most = facts.rdp_port->half_open;
    if (!most || *most >= least) return judge_flood(facts);
    const bool failed = trial(facts) == Trial::fails;
    return at_risk(listener_traits, "half_open")
        .severity(failed ? Severity::high : Severity::medium)
        .with("most", text(most))
        .saw("/listener/ts/half_open", text(most), "absent, or 100 and more");
}

Finding evaluate_listener(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(listener_traits, facts, facts.rdp_port, "/listener/key_present"))
        return *lost;
    const PortFacts& port = *facts.rdp_port;
    const bool reached = completed_handshake(facts) != nullptr;
    if (!port.listener_key_present)
        return (reached ? at_risk(listener_traits, "not_in_force")
                        : broken(listener_traits, "key_missing"))
            .with("value", "no RDP-Tcp")
            .saw("/listener/key_present", "false", "true");
    const std::array<Switch, 4> switches{{
        {"/listener/enabled", "fEnableWinStation", port.enabled, 0, true},
        {"/listener/logon_disabled", "fLogonDisabled", port.logon_disabled, 1, false},
        {"/listener/ts/TSEnabled", "TSEnabled", port.ts_enabled, 0, true},
        {"/listener/ts/TSUserEnabled", "TSUserEnabled", port.user_enabled, 1, false},
    }};
    for (const Switch& item : switches) {
        if (item.value != item.off) continue;
        return (reached && item.deaf ? at_risk(listener_traits, "not_in_force")
                                     : broken(listener_traits, "switched_off"))
            .with("value", std::string(item.name) + " = " + text(item.value))
            .saw(item.pointer, text(item.value), std::to_string(1 - item.off));
    }
    for (const Switch& item : switches) {
        if (facts.why_unread(item.pointer) != nullptr)
            return unread(listener_traits, facts, item.pointer);
    }
    if (port.drain_mode.value_or(0) != 0)
        return at_risk(listener_traits, "drain")
            .saw("/listener/ts/drain", text(port.drain_mode), "0");
    return judge_half_open(facts);
}

} // namespace

Rule rdp_denied_rule() noexcept {
    return make_rule(denied_traits, denied_keys, evaluate_denied);
}

Rule rdp_listener_rule() noexcept {
    return make_rule(listener_traits, listener_keys, evaluate_listener);
}

} // namespace rdpsweep
