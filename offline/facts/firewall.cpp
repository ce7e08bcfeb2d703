// Goes through the rules of both stores, and the switches of the three profiles.
#include "offline/facts/firewall.hpp"

#include <nlohmann/json.hpp>

#include <array>

#include "offline/facts/groups.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t most_rules = 64;
constexpr std::size_t most_rule_bytes = std::size_t{8} << 20U; // some 600 rules have 0.2 MB
constexpr std::size_t longest_rule = std::size_t{64} << 10U;   // bytes; addresses may be many

struct FirewallProfile {
    std::string_view name;
    std::string_view key; // Windows itself calls the private profile Standard
};

constexpr std::array<FirewallProfile, 3> firewall_profiles{
    {{"Domain", "Domain"}, {"Private", "Standard"}, {"Public", "Public"}}};

struct RuleStore {
    Place place;
    bool policy;
};

void add_rules(Sheet& listener, const RuleStore& store, std::uint32_t port) {
    auto& list = listener.object()["fw"];
    const auto entries = values_of(store.place, listener.at("fw"), listener.document());
    std::size_t bytes = 0;
    for (const auto& entry : entries) {
        if (list.size() == most_rules) return;
        bytes += entry.size;
        if (bytes > most_rule_bytes)
            return listener.document().unread(listener.at("fw"), "skipped", "cap");
        const auto data = store.place.hive->data(entry, longest_rule);
        if (!data) {
            listener.document().failed(listener.at("fw"), data.error());
            continue;
        }
        const auto text = text_of({.type = entry.type, .data = *data});
        auto rule = text ? firewall_rule(*text, port) : std::nullopt;
        if (!rule) continue;
        (*rule)["id"] = name_of_value(entry);
        (*rule)["policy"] = store.policy;
        list.push_back(*std::move(rule));
    }
}

void put_profiles(Sheet& listener, const Registry& registry) {
    Sheet profiles(
        listener.object()["fw_profiles"], listener.at("fw_profiles"), listener.document()
    );
    const auto own = registry.current(reg_path::firewall);
    const auto policy = registry.software(reg_path::firewall_policy);
    for (const auto& [name, key] : firewall_profiles) {
        Sheet profile(profiles.object()[std::string(name)], profiles.at(name), listener.document());
        profile.dword(below(own, std::string(key) + "Profile"), {"on", "EnableFirewall"});
        profile.dwords(
            below(policy, std::string(name) + "Profile"),
            {{"on_policy", "EnableFirewall"}, {"merge", "AllowLocalPolicyMerge"}}
        );
    }
}

} // namespace

void put_firewall(Sheet& listener, const Registry& registry, std::uint32_t port) {
    listener.object()["fw"] = nlohmann::json::array();
    const auto own = below(registry.current(reg_path::firewall), "FirewallRules");
    const auto policy = below(registry.software(reg_path::firewall_policy), "FirewallRules");
    add_rules(listener, {own, false}, port);
    add_rules(listener, {policy, true}, port);
    put_profiles(listener, registry);
}

} // namespace rdpsweep::offline
