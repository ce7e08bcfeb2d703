// Fixes port-rule and lan-adapter: the firewall of Windows lets in the port that RDP was moved to,
// and the listener is no longer bound to a network adapter on which nothing listens.
//
// Article step 1 edits the rule that Windows has for 3389. A rule of its own is added here, which
// can be taken away again, and only where RDP was let in before it was moved.
#include "core/text.hpp"
#include "probes/collect/port_range.hpp"
#include "probes/fix/fixes.hpp"
#include "probes/fix/values.hpp"
#include "probes/reading/rule_support.hpp"

#include <algorithm>
#include <optional>

namespace rdpsweep {

namespace {

constexpr std::array<std::string_view, 1> rule_rules{"PORT.MOVED"};
constexpr std::array<std::string_view, 1> rule_declared{"firewall:rdpsweep-RDP-*"};
constexpr std::array<std::string_view, 1> adapter_rules{"PORT.NOLISTEN"};
constexpr std::array<std::string_view, 1> adapter_declared{
    R"(registry:HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp\LanAdapter)"};

// Tells whether the rule lets RDP in on the port it ships with.
bool lets_in(const FirewallRule& rule) {
    constexpr std::uint16_t standard_port = 3389; // MS-RDPBCGR 2.1
    const auto ports = split(rule.local_port, ',');
    return rule.active && rule.allow &&
           std::any_of(ports.begin(), ports.end(), [](const std::string& part) {
               return range_covers(part, standard_port);
           });
}

// Returns why the moved port is not opened; nothing when the old one is open to all.
std::optional<Refusal> refuse_opening(const PortFacts& port) {
    const FirewallRule* narrow = nullptr;
    for (const auto& rule : port.firewall) {
        if (!lets_in(rule)) continue;
        if (rule.profiles.empty() && rule.remote.empty() && !rule.from_policy) return {};
        narrow = &rule;
    }
    const auto number = std::to_string(port.port());
    if (narrow == nullptr) return Refusal{"fix.refused.closed", {{"port", number}}};
    return Refusal{"fix.refused.narrow_rule", {{"rule", narrow->id}, {"port", number}}};
}

Prepared prepare_rule(const Facts& facts, const Finding& finding, const FixChoices&) {
    if (finding.summary.key != "PORT.MOVED.blocked") return Refusal{"fix.refused.other_case", {}};
    for (const auto* pointer : {"/listener/port", "/listener/fw"}) {
        if (!facts.rdp_port || facts.why_unread(pointer) != nullptr)
            return Refusal{"fix.refused.unread", {{"fact", pointer}}};
    }
    if (auto refused = refuse_opening(*facts.rdp_port)) return *std::move(refused);
    const auto number = std::to_string(facts.rdp_port->port());
    return std::vector<Change>{
        {Change::Kind::firewall, "rdpsweep-RDP-" + number, "", state::absent, "rule:" + number}};
}

Prepared prepare_adapter(const Facts& facts, const Finding& finding, const FixChoices&) {
    if (finding.summary.key != "PORT.NOLISTEN.adapter")
        return Refusal{"fix.refused.other_case", {}};
    if (!facts.rdp_port || facts.why_unread("/listener/lan") != nullptr)
        return Refusal{"fix.refused.unread", {{"fact", "/listener/lan"}}};
    constexpr std::uint32_t all_adapters = 0; // as shipped
    std::vector<Change> changes;
    set_dword(
        changes,
        {R"(SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp)", "LanAdapter"},
        facts.rdp_port->lan_adapter,
        all_adapters
    );
    return changes;
}

} // namespace

Fix port_rule_fix() noexcept {
    return {
        .id = "port-rule",
        .rules = rule_rules,
        .risk = Risk::medium,
        .restart = Restart::none,
        .declared = rule_declared,
        .prepare = prepare_rule};
}

Fix lan_adapter_fix() noexcept {
    return {
        .id = "lan-adapter",
        .rules = adapter_rules,
        .risk = Risk::medium,
        .restart = Restart::needed,
        .declared = adapter_declared,
        .prepare = prepare_adapter};
}

} // namespace rdpsweep
