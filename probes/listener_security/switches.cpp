// RDP.DENIED and RDP.LISTENER: nothing in the registry says that RDP is off.
//
// Not in the article. The policy value of fDenyTSConnections wins over the local one. A local value
// that is missing stops the listener while WMI goes on reporting that connections are allowed.
// Sample finding: broken, "RDP is denied: fDenyTSConnections is 1 (policy)".
#include "probes/listener_security/rules.hpp"
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
    "RDP.DENIED.missing_listening",
    "RDP.DENIED.mismatch"
);
constexpr RuleTraits listener_traits{
    "RDP.LISTENER", Cause::listener_security, "", Severity::critical};
constexpr auto listener_keys = with_shared(
    "RDP.LISTENER.ok", "RDP.LISTENER.key_missing", "RDP.LISTENER.switched_off", "RDP.LISTENER.drain"
);

Draft& show_denied(Draft& draft, const PortFacts& port) {
    return draft.saw("/listener/deny_policy", text(port.deny_policy), "absent or 0")
        .saw("/listener/deny_local", text(port.deny_local), "0");
}

// Tells whether TermService has its socket, or a handshake with it completed: then the value is not
// in force yet.
bool listens(const Facts& facts) {
    if (completed_handshake(facts) != nullptr) return true;
    const Service* term = facts.services ? facts.services->find("TermService") : nullptr;
    if (term == nullptr || term->pid == 0) return false;
    const PortFacts& port = *facts.rdp_port;
    return std::any_of(port.sockets.begin(), port.sockets.end(), [&](const Socket& socket) {
        return socket.port == port.port() && socket.pid == term->pid;
    });
}

// Returns the finding where no policy allows RDP and the local value does not either.
Draft judge_local(const Facts& facts) {
    if (facts.rdp_port->deny_local) return broken(denied_traits, "local");
    return listens(facts) ? at_risk(denied_traits, "missing_listening")
                          : broken(denied_traits, "value_missing");
}

Finding evaluate_denied(const Facts& facts, const Policy&, std::int64_t) {
    for (const auto* pointer : {"/listener/deny_policy", "/listener/deny_local"}) {
        if (auto lost = missing(denied_traits, facts, facts.rdp_port, pointer)) return *lost;
    }
    const PortFacts& port = *facts.rdp_port;
    if (port.deny_policy.value_or(0) != 0) {
        Draft draft = broken(denied_traits, "policy");
        return show_denied(draft, port);
    }
    if (!port.deny_policy && port.deny_local.value_or(1) != 0) {
        Draft draft = judge_local(facts);
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
};

Finding evaluate_listener(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(listener_traits, facts, facts.rdp_port, "/listener/key_present"))
        return *lost;
    const PortFacts& port = *facts.rdp_port;
    if (!port.listener_key_present)
        return broken(listener_traits, "key_missing").saw("/listener/key_present", "false", "true");
    const std::array<Switch, 4> switches{{
        {"/listener/enabled", "fEnableWinStation", port.enabled, 0},
        {"/listener/logon_disabled", "fLogonDisabled", port.logon_disabled, 1},
        {"/listener/ts/TSEnabled", "TSEnabled", port.ts_enabled, 0},
        {"/listener/ts/TSUserEnabled", "TSUserEnabled", port.user_enabled, 1},
    }};
    for (const Switch& item : switches) {
        if (item.value != item.off) continue;
        return broken(listener_traits, "switched_off")
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
    return ok(listener_traits);
}

} // namespace

Rule rdp_denied_rule() noexcept {
    return make_rule(denied_traits, denied_keys, evaluate_denied);
}

Rule rdp_listener_rule() noexcept {
    return make_rule(listener_traits, listener_keys, evaluate_listener);
}

} // namespace rdpsweep
