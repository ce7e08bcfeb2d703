// PORT.MOVED: the firewall must let in the port RDP is configured for.
//
// Article step 1 moves the port and then edits the firewall rule; a port moved without the rule is
// unreachable, and so is 3389 when its rule is off, is for a network the VM is not in, or is made
// void by a policy, or when another rule blocks it for all. A client that came in from outside
// settles it. The network security group is a third place, which nobody can see from inside.
// Sample finding: broken, "RDP was moved to 33890 but no enabled inbound rule allows that port".
#include "core/text.hpp"
#include "probes/rdp_port/firewall.hpp"
#include "probes/rdp_port/rules.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"PORT.MOVED", Cause::rdp_port, "1", Severity::critical};
constexpr auto keys = with_shared(
    "PORT.MOVED.ok",
    "PORT.MOVED.moved",
    "PORT.MOVED.came_in",
    "PORT.MOVED.off",
    "PORT.MOVED.limited",
    "PORT.MOVED.profile_unread",
    "PORT.MOVED.other_profile",
    "PORT.MOVED.void",
    "PORT.MOVED.blocked",
    "PORT.MOVED.no_rule",
    "PORT.MOVED.block_rule",
    "PORT.MOVED.may_block"
);
constexpr std::uint16_t standard_port = 3389; // MS-RDPBCGR 2.1

std::string restrictions(const FirewallRule& rule) {
    std::string text;
    if (!rule.profiles.empty()) text += " profiles " + join(rule.profiles, ",");
    if (!rule.remote.empty()) text += " clients " + join(rule.remote, ",");
    if (!rule.limits.empty()) text += " only " + join(rule.limits, ",");
    return text;
}

// Shows which networks the VM is in, or why that is not known.
void show_networks(Draft& draft, const Facts& facts) {
    std::string categories;
    for (const std::uint32_t category : facts.rdp_port->networks)
        categories += (categories.empty() ? "" : ",") + std::to_string(category);
    const Unread* why = facts.why_unread("/listener/networks");
    if (categories.empty()) categories = why != nullptr ? why->why : "not known";
    draft.saw("/listener/networks", categories, "those of an active rule");
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
                (rule.allow ? "allow " : "block ") + rule.local_port + restrictions(rule),
            "active allow " + number
        );
    }
    if (port.firewall.empty()) draft.saw("/listener/fw", "none", "active allow " + number);
    return draft;
}

// Tells whether a client came in from outside and was served TLS: then every firewall lets it in.
bool came_in(const Facts& facts) {
    return facts.handshakes &&
           std::any_of(facts.handshakes->begin(), facts.handshakes->end(), [](const auto& shake) {
               return shake.from == "outside" && tls_completed(shake);
           });
}

std::string_view slug_of(Passage passage, bool moved) {
    if (passage == Passage::other_profile) return "other_profile";
    if (passage == Passage::made_void) return "void";
    if (passage == Passage::blocked) return "block_rule";
    return moved ? "blocked" : "no_rule";
}

// Judges a port that no rule opens, or one shuts for all. An inbound block does not touch a trial
// inside the guest: what makes that one fail is the root cause.
Draft judge_shut(const Facts& facts, Passage passage, bool moved) {
    const std::string_view slug = slug_of(passage, moved);
    return trial(facts) == Trial::fails ? at_risk(traits, slug) : broken(traits, slug);
}

Draft judge_passage(const Facts& facts, Passage passage, bool moved) {
    switch (passage) {
    case Passage::open:
        return moved ? at_risk(traits, "moved").severity(Severity::medium) : ok(traits);
    case Passage::off:
        return ok(traits, "off");
    case Passage::limited:
        return at_risk(traits, "limited").severity(Severity::medium);
    case Passage::perhaps_blocked:
        return at_risk(traits, "may_block").severity(Severity::medium);
    case Passage::profile_alone:
        return unknown(traits, "profile_unread").severity(Severity::medium);
    case Passage::other_profile:
    case Passage::made_void:
    case Passage::blocked:
    case Passage::closed:
        break;
    }
    return judge_shut(facts, passage, moved);
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(traits, facts, facts.rdp_port, "/listener/port")) return *lost;
    const PortFacts& port = *facts.rdp_port;
    const bool moved = port.port() != standard_port;
    if (auto lost = missing(traits, facts, facts.rdp_port, "/listener/fw")) {
        // Windows' own rule is for the standard port: that it is switched off is the exception.
        return moved ? *lost : lower(*lost, Severity::medium);
    }
    if (!moved && came_in(facts)) return ok(traits, "came_in").confidence(Confidence::functional);
    // Who came in was let in, whatever the rules say; none of them is named for it then.
    const Filter filter =
        came_in(facts) ? Filter{Passage::open, nullptr} : filter_of(facts, port.port());
    const Passage passage = filter.passage;
    Draft draft = judge_passage(facts, passage, moved);
    if (filter.rule != nullptr)
        draft.with("rule", filter.rule->id);
    else if (passage == Passage::open || passage == Passage::profile_alone)
        draft.with("rule", passage == Passage::open ? "none" : "EnableFirewall=0");
    if (passage == Passage::off || (passage == Passage::open && !moved)) return draft;
    const bool by_profile = passage == Passage::other_profile || passage == Passage::made_void ||
                            passage == Passage::profile_alone;
    if (by_profile) show_networks(draft, facts);
    return show_rules(draft, port);
}

} // namespace

Rule port_moved_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
