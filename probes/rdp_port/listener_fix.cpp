// Fixes port-rule and lan-adapter: the firewall of Windows lets in the port that RDP was moved to,
// and the listener is no longer bound to a network adapter on which nothing listens.
//
// Article step 1 edits the rule that Windows has for 3389. A rule of its own is added here, which
// can be taken away again, and only where RDP was let in before it was moved.
#include "probes/fix/fixes.hpp"
#include "probes/fix/values.hpp"
#include "probes/rdp_port/firewall.hpp"
#include "probes/reading/rule_support.hpp"

#include <optional>

namespace rdpsweep {

namespace {

constexpr std::array<std::string_view, 1> rule_rules{"PORT.MOVED"};
constexpr std::array<std::string_view, 1> rule_declared{"firewall:rdpsweep-RDP-*"};
constexpr std::array<std::string_view, 1> adapter_rules{"PORT.NOLISTEN"};
constexpr std::array<std::string_view, 1> adapter_declared{
    R"(registry:HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp\LanAdapter)"};

// Returns why the moved port is not opened; nothing when the old one is open to all.
std::optional<Refusal> refuse_opening(const Facts& facts) {
    constexpr std::uint16_t standard_port = 3389; // MS-RDPBCGR 2.1
    const auto number = std::to_string(facts.rdp_port->port());
    const Filter old = filter_of(facts, standard_port);
    if (old.rule == nullptr || old.passage == Passage::blocked)
        return Refusal{"fix.refused.closed", {{"port", number}}};
    const bool to_all =
        old.passage == Passage::open && old.rule->profiles.empty() && !old.rule->from_policy;
    if (to_all) return {};
    return Refusal{"fix.refused.narrow_rule", {{"rule", old.rule->id}, {"port", number}}};
}

Prepared prepare_rule(const Facts& facts, const Finding& finding, const FixChoices&) {
    if (finding.summary.key != "PORT.MOVED.blocked") return Refusal{"fix.refused.other_case", {}};
    for (const auto* pointer : {"/listener/port", "/listener/fw"}) {
        if (!facts.rdp_port || facts.why_unread(pointer) != nullptr)
            return Refusal{"fix.refused.unread", {{"fact", pointer}}};
    }
    if (auto refused = refuse_opening(facts)) return *std::move(refused);
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
        .by_name_only = true,
        .declared = rule_declared,
        .prepare = prepare_rule};
}

Fix lan_adapter_fix() noexcept {
    return {
        .id = "lan-adapter",
        .rules = adapter_rules,
        .risk = Risk::medium,
        .restart = Restart::needed,
        .by_name_only = true,
        .declared = adapter_declared,
        .prepare = prepare_adapter};
}

} // namespace rdpsweep
