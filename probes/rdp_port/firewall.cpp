// Weighs the rules for the RDP port by the profiles that are, or may be, in use.
#include "probes/rdp_port/firewall.hpp"

#include "core/text.hpp"
#include "probes/collect/port_range.hpp"

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

bool filters_nowhere(const PortFacts& port, const Names& in_use) {
    return std::all_of(in_use.begin(), in_use.end(), [&](const std::string& name) {
        const FirewallProfile* found = profile_of(port, name);
        return found != nullptr && found->filters() == false;
    });
}

bool for_certain_clients(const FirewallRule& rule) {
    return !rule.remote.empty() &&
           std::none_of(rule.remote.begin(), rule.remote.end(), [](const auto& address) {
               return address == "*" || iequals(address, "Any");
           });
}

// Returns what one rule that lets in does, by the profiles that are or may be in use.
Passage passage_by(const Facts& facts, const FirewallRule& rule, const Names& in_use) {
    const PortFacts& port = *facts.rdp_port;
    std::size_t for_it = 0, counts = 0;
    for (const std::string& name : in_use) {
        if (!is_for(rule, name)) continue;
        ++for_it;
        counts += makes_void(port, rule, name) ? 0 : 1;
    }
    if (for_it == 0) return Passage::other_profile;
    if (counts == 0) return Passage::made_void;
    if (for_certain_clients(rule)) return Passage::limited;
    // Several connections may each have their profile: one that lets in is as good as known.
    const bool known = !port.networks.empty();
    return known || counts == in_use.size() ? Passage::open : Passage::profile_alone;
}

} // namespace

Filter filter_of(const Facts& facts, std::uint16_t number) {
    const PortFacts& port = *facts.rdp_port;
    const Names in_use = profiles_in_use(facts);
    if (filters_nowhere(port, in_use)) return {Passage::off, nullptr};
    Filter best;
    for (const FirewallRule& rule : port.firewall) {
        if (!rule.active || !covers(rule.local_port, number)) continue;
        const bool in_some = std::any_of(in_use.begin(), in_use.end(), [&](const auto& name) {
            return is_for(rule, name);
        });
        if (!rule.allow) {
            if (in_some && !for_certain_clients(rule)) return {Passage::blocked, &rule};
            continue;
        }
        const Passage passage = passage_by(facts, rule, in_use);
        if (best.rule == nullptr || passage < best.passage) best = {passage, &rule};
    }
    return best;
}

} // namespace rdpsweep
