// Weighs the rules for the RDP port by the profiles that are, or may be, in use.
#include "probes/rdp_port/firewall.hpp"

#include "core/text.hpp"
#include "probes/collect/port_range.hpp"
#include "probes/rdp_port/reach.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace rdpsweep {

namespace {

using Names = std::vector<std::string>;

// Tells whether LPort of a firewall rule holds the port: empty or "*" is any port, else numbers and
// ranges "5000-5010".
bool covers(std::string_view local_port, std::uint16_t port) {
    if (trim(local_port).empty() || trim(local_port) == "*") return true;
    for (const std::string& part : split(local_port, ',')) {
        if (range_covers(part, port)) return true;
    }
    return false;
}

// Returns the profiles that are in use. Where that is not known: those that may be. A machine
// without a domain is never in the domain's.
Names profiles_in_use(const Facts& facts) {
    static const std::array<std::string, 3> by_category{"Public", "Private", "Domain"};
    Names names;
    for (const std::uint32_t category : facts.rdp_port->networks) {
        if (category < by_category.size()) names.push_back(by_category[category]);
    }
    if (!names.empty()) return names;
    const bool alone = facts.os && (facts.os->domain_role == 0u || facts.os->domain_role == 2u);
    return alone ? Names{"Public", "Private"} : Names{"Public", "Private", "Domain"};
}

const FirewallProfile* profile_of(const PortFacts& port, const std::string& name) {
    const auto found = port.firewall_profiles.find(name);
    return found == port.firewall_profiles.end() ? nullptr : &found->second;
}

bool is_for(const FirewallRule& rule, const std::string& profile) {
    return rule.profiles.empty() ||
           std::any_of(rule.profiles.begin(), rule.profiles.end(), [&](const auto& name) {
               return iequals(name, profile);
           });
}

// Tells whether a policy lets rules of the machine's own not count in this profile.
bool makes_void(const PortFacts& port, const FirewallRule& rule, const std::string& profile) {
    const FirewallProfile* found = profile_of(port, profile);
    return !rule.from_policy && found != nullptr && found->merge == 0u;
}

bool lets_in(Passage passage) {
    return passage == Passage::open || passage == Passage::off || passage == Passage::limited;
}

// That no VM of Azure has another kind of adapter is a guess (docs/unverified.md): a rule for one
// may let somebody in, and proves neither that nor the opposite.
Passage passage_of(Reach reach) {
    return reach == Reach::all ? Passage::open : Passage::limited;
}

// Takes what lets more people in.
void prefer(Filter& best, const Filter& other) {
    if (other.passage < best.passage) best = other;
}

// Returns what happens to a connection that comes in from a network of that profile.
Filter filter_in(const PortFacts& port, std::uint16_t number, const std::string& profile) {
    const FirewallProfile* found = profile_of(port, profile);
    if (found != nullptr && found->filters() == false) return {Passage::off, nullptr};
    Filter best;
    const FirewallRule* may_block = nullptr;
    for (const FirewallRule& rule : port.firewall) {
        if (!rule.active || !covers(rule.local_port, number) || !is_for(rule, profile)) continue;
        const bool is_void = makes_void(port, rule, profile);
        const Reach reach = reach_of(rule);
        if (rule.allow)
            prefer(best, {is_void ? Passage::made_void : passage_of(reach), &rule});
        else if (!is_void && reach == Reach::all)
            return {Passage::blocked, &rule};
        else if (!is_void && reach == Reach::some_ways)
            may_block = &rule;
    }
    if (may_block != nullptr && lets_in(best.passage)) return {Passage::perhaps_blocked, may_block};
    return best;
}

// Returns an active rule that would let the port in elsewhere; null where there is none.
const FirewallRule* rule_elsewhere(const PortFacts& port, std::uint16_t number) {
    for (const FirewallRule& rule : port.firewall) {
        if (rule.active && rule.allow && covers(rule.local_port, number)) return &rule;
    }
    return nullptr;
}

} // namespace

Filter filter_of(const Facts& facts, std::uint16_t number) {
    const PortFacts& port = *facts.rdp_port;
    Filter best;
    bool all = true; // the profiles let somebody in
    for (const std::string& profile : profiles_in_use(facts)) {
        const Filter filter = filter_in(port, number, profile);
        all = all && lets_in(filter.passage);
        prefer(best, filter);
    }
    if (best.passage == Passage::closed) {
        const FirewallRule* rule = rule_elsewhere(port, number);
        return rule == nullptr ? best : Filter{Passage::other_profile, rule};
    }
    // Several connections may each have their profile: one that lets in is as good as known.
    const bool every_one = best.passage == Passage::open || best.passage == Passage::off;
    if (port.networks.empty() && every_one && !all) best.passage = Passage::profile_alone;
    return best;
}

} // namespace rdpsweep
