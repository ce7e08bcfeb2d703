// Finds what a policy sets among what a fix would write. A value below the Policies key overrules
// its twin of the same name at the server and at the listener; any other is set where it stands.
#include "probes/fix/guards.hpp"

#include "core/text.hpp"
#include "probes/reading/policy_proof.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

const std::string server = R"(SYSTEM\CurrentControlSet\Control\Terminal Server\)";
const std::string listener = server + R"(WinStations\RDP-Tcp\)";

// Tells whether a policy's value is the one at path, or overrules it.
bool sets(const std::string& name, const std::string& path) {
    if (iequals(name, path)) return true;
    if (!iequals(name.substr(0, terminal_policy_key.size()), terminal_policy_key)) return false;
    const auto value = name.substr(terminal_policy_key.size());
    return iequals(path, server + value) || iequals(path, listener + value);
}

} // namespace

std::optional<Refusal> refuse_controller(const Facts& facts, const std::string& rule) {
    constexpr std::uint32_t controller = 2;        // ProductType
    constexpr std::uint32_t backup_controller = 4; // DomainRole; 5: primary
    const auto type = facts.os ? facts.os->product_type : Dword{};
    const auto role = facts.os ? facts.os->domain_role : Dword{};
    if (!type && !role) return Refusal{"fix.refused.controller_unknown", {}};
    const bool is_one = type ? *type == controller : *role >= backup_controller;
    if (is_one) return Refusal{"fix.refused.controller", {{"rule", rule}}};
    return {};
}

std::string managed_value(const Facts& facts, std::span<const Change> changes) {
    const auto names = policy_proofs(facts);
    for (const auto& change : changes) {
        if (change.kind != Change::Kind::value) continue;
        const auto path = change.place + "\\" + change.name;
        const auto found = std::find_if(names.begin(), names.end(), [&path](const auto& name) {
            return sets(name, path);
        });
        if (found != names.end()) return *found;
    }
    return {};
}

} // namespace rdpsweep
