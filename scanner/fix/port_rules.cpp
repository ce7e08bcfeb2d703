// Reads securityRules of Microsoft.Network/networkSecurityGroups.
#include "scanner/fix/port_rules.hpp"

#include "core/foreign_text.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "transports/azure/fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <optional>
#include <set>
#include <vector>

namespace rdpsweep {

namespace {

using azure::field;
using azure::text;
using nlohmann::json;

bool is_port_in(std::uint16_t port, std::string_view range) {
    if (range == "*") return true;
    std::uint32_t first = 0;
    const auto* const end = range.data() + range.size();
    auto [stop, error] = std::from_chars(range.data(), end, first);
    if (error != std::errc()) return false;
    auto last = first;
    if (stop != end && *stop == '-') {
        const auto more = std::from_chars(stop + 1, end, last);
        if (more.ec != std::errc()) return false;
    }
    return port >= first && port <= last;
}

std::optional<std::uint32_t> ipv4(const std::string& text) {
    in_addr address{};
    if (inet_pton(AF_INET, text.c_str(), &address) != 1) return {};
    return ntohl(address.s_addr);
}

// Tells whether an address is meant by a rule's prefix: a word for all, an address, or a network.
// What cannot be read might mean it.
bool is_meant(const std::string& address, const std::string& prefix) {
    const auto parts = split(prefix, '/');
    const auto own = ipv4(address), other = ipv4(parts.front());
    if (!own || !other) return true;
    std::uint32_t bits = 32;
    if (parts.size() > 1) std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), bits);
    if (bits == 0) return true;
    const auto mask = ~std::uint32_t{0} << (32 - std::min<std::uint32_t>(bits, 32));
    return (*own & mask) == (*other & mask);
}

bool is_for(const json& rule, const std::string& address) {
    const auto one = text(rule, "properties/destinationAddressPrefix");
    const auto& several = field(rule, "properties/destinationAddressPrefixes");
    if (!one.empty()) return is_meant(address, one);
    if (!several.is_array() || several.empty()) return true;
    return std::any_of(several.begin(), several.end(), [&](const json& prefix) {
        return prefix.is_string() && is_meant(address, prefix.get<std::string>());
    });
}

// Tells whether an inbound rule speaks of that TCP port.
bool covers(const json& rule, std::uint16_t port) {
    const auto protocol = text(rule, "properties/protocol");
    if (!iequals(text(rule, "properties/direction"), "Inbound")) return false;
    if (protocol != "*" && !iequals(protocol, "Tcp")) return false;
    if (is_port_in(port, text(rule, "properties/destinationPortRange"))) return true;
    const auto& ranges = field(rule, "properties/destinationPortRanges");
    if (!ranges.is_array()) return false;
    return std::any_of(ranges.begin(), ranges.end(), [port](const json& range) {
        return range.is_string() && is_port_in(port, range.get<std::string>());
    });
}

std::int64_t priority_of(const json& rule) {
    return azure::number(rule, "properties/priority").value_or(0);
}

bool allows(const json& rule) {
    return iequals(text(rule, "properties/access"), "Allow");
}

// Returns those of the group's own rules that speak of the VM's port, in the order in which they
// count.
std::vector<const json*> rules_of(const json& group, const GatedVm& vm, std::uint16_t port) {
    std::vector<const json*> rules;
    const auto& all = field(group, "properties/securityRules");
    if (!all.is_array()) return rules;
    for (const auto& rule : all) {
        if (covers(rule, port) && is_for(rule, vm.address)) rules.push_back(&rule);
    }
    std::stable_sort(rules.begin(), rules.end(), [](const json* a, const json* b) {
        return priority_of(*a) < priority_of(*b);
    });
    return rules;
}

Error by_hand(const json& group, std::string why) {
    return Error(
               Phase::config,
               Errc::unsupported,
               "network security group " + foreign_text(text(group, "name"), 100) + ": " +
                   std::move(why)
    )
        .with_hint("open the port there by hand");
}

std::string name_of(const json& rule) {
    return foreign_text(text(rule, "name"), 100);
}

// Tells whether a rule is surely for the VM: where that could not be read, it is good enough to
// refuse by, and not to copy.
bool is_surely_for(const json& rule, const std::string& address) {
    const auto& groups = field(rule, "properties/destinationApplicationSecurityGroups");
    if (groups.is_array() && !groups.empty()) return false;
    const auto sure = [&](const std::string& prefix) {
        if (prefix == "*" || iequals(prefix, "VirtualNetwork")) return true;
        return ipv4(address) && ipv4(split(prefix, '/').front()) && is_meant(address, prefix);
    };
    const auto one = text(rule, "properties/destinationAddressPrefix");
    if (!one.empty()) return sure(one);
    const auto& several = field(rule, "properties/destinationAddressPrefixes");
    if (!several.is_array() || several.empty()) return true;
    return std::any_of(several.begin(), several.end(), [&](const json& prefix) {
        return prefix.is_string() && sure(prefix.get<std::string>());
    });
}

// Returns the rule that alone lets clients to the old port; null: no rule does.
Result<const json*> old_rule(const json& group, const GatedVm& vm, const PortMove& move) {
    const json* found = nullptr;
    const auto port = std::to_string(move.from);
    for (const auto* rule : rules_of(group, vm, move.from)) {
        if (!allows(*rule) && found == nullptr)
            return by_hand(group, name_of(*rule) + " denies port " + port + " to some or all");
        if (!allows(*rule)) break; // what it denies is the rest
        if (found != nullptr)
            return by_hand(
                group,
                "port " + port + " is allowed by " + name_of(*found) + " and " + name_of(*rule)
            );
        found = rule;
    }
    return found;
}

// Returns the first priority, from the one asked for on, that no inbound rule has; nothing when a
// rule before it denies the port.
std::optional<std::int64_t>
free_priority(const json& group, const GatedVm& vm, const PortMove& move) {
    constexpr std::int64_t last = 4'096; // of rules that are not Azure's own
    std::set<std::int64_t> taken;
    for (const auto& rule : field(group, "properties/securityRules")) {
        if (iequals(text(rule, "properties/direction"), "Inbound")) taken.insert(priority_of(rule));
    }
    std::int64_t priority = move.priority;
    while (taken.contains(priority))
        ++priority;
    if (priority > last) return {};
    for (const auto* rule : rules_of(group, vm, move.to)) {
        if (priority_of(*rule) < priority && !allows(*rule)) return {};
    }
    return priority;
}

// Tells whether Azure says that a rule counts. One that failed stands in the list as well.
bool is_in_force(const json& rule) {
    const auto state = text(rule, "properties/provisioningState");
    return state.empty() || iequals(state, "Succeeded");
}

json body_of(const json& old, const GatedVm& vm, const PortMove& move) {
    json made{
        {"destinationAddressPrefix", vm.address},
        {"protocol", "Tcp"},
        {"access", "Allow"},
        {"direction", "Inbound"},
        {"destinationPortRange", std::to_string(move.to)},
        {"description",
         "rdpsweep plan " + move.plan + ": as " + text(old, "name") + " for port " +
             std::to_string(move.from)}};
    for (const auto* member :
         {"sourcePortRange",
          "sourcePortRanges",
          "sourceAddressPrefix",
          "sourceAddressPrefixes",
          "sourceApplicationSecurityGroups"}) {
        const auto& value = field(old, std::string("properties/") + member);
        const bool empty = value.is_null() || (value.is_array() && value.empty());
        if (!empty) made[member] = value;
    }
    return {{"properties", std::move(made)}};
}

} // namespace

std::string rule_name(const std::string& vm, const PortMove& move) {
    return "rdpsweep-RDP-" + std::to_string(move.to) + "-" +
           sha256_hex(ascii_lower(vm)).substr(0, 12);
}

bool is_of_plan(const json& rule, const GatedVm& vm, const PortMove& move) {
    return text(rule, "name") == vm.name &&
           text(rule, "properties/description").starts_with("rdpsweep plan " + move.plan + ":");
}

Result<PortRule> rule_for(const json& group, const GatedVm& vm, const PortMove& move) {
    // What holds for both ports alike needs nothing.
    if (rules_of(group, vm, move.from) == rules_of(group, vm, move.to)) return PortRule{};
    auto old = old_rule(group, vm, move);
    if (!old) return std::move(old).error();
    if (*old == nullptr) return PortRule{};
    if (!is_surely_for(**old, vm.address))
        return by_hand(group, name_of(**old) + " may be for other VMs than this one");
    auto body = body_of(**old, vm, move);
    for (const auto& other : field(group, "properties/securityRules")) {
        if (text(other, "name") != vm.name) continue;
        if (!is_of_plan(other, vm, move))
            return by_hand(group, vm.name + " is there, and not of this plan");
        if (is_in_force(other)) return PortRule{{}, {}, true};
        // It is made again in its own place.
        if (move.priority != 0) body["properties"]["priority"] = priority_of(other);
        return PortRule{name_of(**old), dump_json(body), false};
    }
    if (move.priority == 0) return PortRule{name_of(**old), dump_json(body), false};
    const auto priority = free_priority(group, vm, move);
    if (!priority)
        return by_hand(
            group,
            "no rule of priority " + std::to_string(move.priority) +
                " or the next free one would "
                "let anybody to port " +
                std::to_string(move.to)
        );
    body["properties"]["priority"] = *priority;
    return PortRule{name_of(**old), dump_json(body), false};
}

} // namespace rdpsweep
