// /listener/fw over CIM: the rules that let RDP in, Windows' own and those of a policy.
#include "probes/collect/cim/shared.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace rdpsweep::cim_plan {

namespace {

constexpr std::size_t most_likely_rules = 96;
constexpr std::size_t most_other_rules = 512;
constexpr std::size_t most_networks = 16;

const std::string own_root =
    R"(SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy)";
const std::string policy_root = R"(SOFTWARE\Policies\Microsoft\WindowsFirewall)";

// A registry key that holds firewall rules.
struct RuleKey {
    std::string path;
    bool policy = false; // Group Policy's, not Windows' own
    SharedPtr shared;
};

void put_rule(Steps& steps, const RuleKey& key, const std::string& id, const std::string& text) {
    auto rule = firewall_rule(id, text, key.shared->port);
    if (rule.is_null() || steps.at("/listener/fw").size() == most_rules) return;
    rule["policy"] = key.policy;
    steps.append("/listener/fw", std::move(rule));
}

bool lets_rdp_in(const Steps& steps) {
    for (const auto& rule : steps.at("/listener/fw")) {
        if (rule.value("active", false) && rule.value("allow", false)) return true;
    }
    return false;
}

// Asks for the rules: one question a rule is many, so those that Windows itself has for RDP and
// those that people made (they are named by a GUID) always, the others when these do not let RDP in
// or RDP is at another port.
void ask_rules(
    Steps& steps, const RuleKey& key, const std::vector<std::string>& names, std::size_t most
) {
    for (std::size_t i = 0; i < std::min(names.size(), most); ++i) {
        const auto& name = names[i];
        steps.text("/listener/fw", key.path, name, [&steps, key, name](const auto& text) {
            put_rule(steps, key, name, text);
        });
    }
    if (names.size() > most) steps.unread("/listener/fw/-", "skipped", "cap");
}

void ask_firewall_key(Steps& steps, const RuleKey& key) {
    steps.values("/listener/fw", key.path, [&steps, key](const auto& values) {
        if (!values) return;
        std::vector<std::string> likely, other;
        for (const auto& [lower, value] : values->by_name) {
            const bool first = lower.starts_with("remotedesktop") || lower.starts_with("{");
            (first ? likely : other).push_back(value.name);
        }
        ask_rules(steps, key, likely, most_likely_rules);
        // A question whose only use is that its answer comes after those above.
        steps.subkeys("/listener/fw", key.path, [&steps, key, other](const auto&) {
            const bool settled =
                lets_rdp_in(steps) && key.shared->port == standard_port && !key.policy;
            if (!settled) ask_rules(steps, key, other, most_other_rules);
        });
    });
}

// Asks what holds for all rules of a profile. Windows itself calls the private one "Standard".
void ask_profile(Steps& steps, const std::string& name) {
    const auto below = "/listener/fw_profiles/" + name;
    const auto own = own_root + "\\" + (name == "Private" ? "Standard" : name) + "Profile";
    const auto policy = policy_root + "\\" + name + "Profile";
    steps.put(below, nlohmann::json::object());
    steps.values(below, own, [&steps, below, own](const auto& values) {
        steps.dwords(below, own, values, "on=EnableFirewall");
    });
    steps.values(below, policy, [&steps, below, policy](const auto& values) {
        steps.dwords(below, policy, values, "on_policy=EnableFirewall merge=AllowLocalPolicyMerge");
    });
}

void ask_networks(Steps& steps) {
    steps.query(
        "/listener/networks",
        "root/standardcimv2",
        "SELECT NetworkCategory FROM MSFT_NetConnectionProfile",
        [&steps](const cim::Rows& rows) {
            auto networks = nlohmann::json::array();
            for (const auto& row : rows) {
                const auto category = number_of(row, "NetworkCategory");
                if (category && networks.size() < most_networks) networks.push_back(*category);
            }
            steps.put("/listener/networks", std::move(networks));
        }
    );
}

} // namespace

void ask_firewall(Steps& steps, const SharedPtr& shared) {
    steps.put("/listener/fw", nlohmann::json::array());
    ask_firewall_key(steps, {own_root + R"(\FirewallRules)", false, shared});
    ask_firewall_key(steps, {policy_root + R"(\FirewallRules)", true, shared});
    for (const auto* name : {"Domain", "Private", "Public"})
        ask_profile(steps, name);
    ask_networks(steps);
}

} // namespace rdpsweep::cim_plan
