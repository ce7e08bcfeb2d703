// PORT.MOVED: the firewall must let in the port RDP is configured for.
//
// Article step 1 moves the port and then edits the firewall rule; a port moved without the rule is
// unreachable. The network security group is a third place, which nobody can see from inside.
// Sample finding: broken, "RDP was moved to 33890 but no enabled inbound rule allows that port".
#include "core/text.hpp"
#include "probes/collect/port_range.hpp"
#include "probes/rdp_port/rules.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"PORT.MOVED", Cause::rdp_port, "1", Severity::critical};
constexpr auto keys = with_shared(
    "PORT.MOVED.ok",
    "PORT.MOVED.moved",
    "PORT.MOVED.blocked",
    "PORT.MOVED.no_rule",
    "PORT.MOVED.block_rule"
);
constexpr std::uint16_t standard_port = 3389; // MS-RDPBCGR 2.1

// Tells whether LPort of a firewall rule holds the port: empty or "*" is any port, else numbers and
// ranges "5000-5010".
bool covers(std::string_view local_port, std::uint16_t port) {
    if (trim(local_port).empty() || trim(local_port) == "*") return true;
    for (const std::string& part : split(local_port, ',')) {
        if (range_covers(part, port)) return true;
    }
    return false;
}

struct Matches {
    const FirewallRule* allowing = nullptr;
    const FirewallRule* blocking = nullptr;
};

Matches match(const PortFacts& port) {
    Matches matches;
    for (const FirewallRule& rule : port.firewall) {
        if (!rule.active || !covers(rule.local_port, port.port())) continue;
        (rule.allow ? matches.allowing : matches.blocking) = &rule;
    }
    return matches;
}

Draft& show_rules(Draft& draft, const PortFacts& port) {
    const std::string number = std::to_string(port.port());
    draft.with("port", number);
    draft.saw("/listener/port", text(port.configured_port), std::to_string(standard_port));
    for (std::size_t i = 0; i < port.firewall.size(); ++i) {
        const FirewallRule& rule = port.firewall[i];
        draft.saw(
            pointer_at("/listener/fw", i, "lport"),
            rule.id + (rule.active ? " active " : " inactive ") +
                (rule.allow ? "allow " : "block ") + rule.local_port,
            "active allow " + number
        );
    }
    if (port.firewall.empty()) draft.saw("/listener/fw", "none", "active allow " + number);
    return draft;
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(traits, facts, facts.rdp_port, "/listener/port")) return *lost;
    const PortFacts& port = *facts.rdp_port;
    const bool moved = port.port() != standard_port;
    if (auto lost = missing(traits, facts, facts.rdp_port, "/listener/fw")) {
        // On the standard port the worst a firewall rule can be is medium.
        if (!moved) lost->severity = Severity::medium;
        return *lost;
    }
    const Matches matches = match(port);
    if (matches.blocking != nullptr) {
        Draft draft = at_risk(traits, "block_rule");
        return show_rules(draft.with("rule", matches.blocking->id), port);
    }
    if (matches.allowing == nullptr) {
        // On 3389 the profile may be switched off, which the rules do not show: at most at_risk.
        // An inbound block does not touch a trial inside the guest either: what makes that one fail
        // is the root cause.
        Draft draft = !moved ? at_risk(traits, "no_rule").severity(Severity::medium)
                      : trial(facts) == Trial::fails ? at_risk(traits, "blocked")
                                                     : broken(traits, "blocked");
        return show_rules(draft, port);
    }
    if (!moved) return ok(traits).with("rule", matches.allowing->id);
    Draft draft = at_risk(traits, "moved").severity(Severity::medium);
    return show_rules(draft.with("rule", matches.allowing->id), port);
}

} // namespace

Rule port_moved_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
