// Fixes nla, allow-rdp and listener: the listener's own values. What a policy sets is left alone:
// it would win, and come back.
//
// The article's offline step 4 sets the three security values; its advice to switch NLA off for a
// while is not followed.
#include "probes/fix/fixes.hpp"
#include "probes/fix/values.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

const std::string server_key = R"(SYSTEM\CurrentControlSet\Control\Terminal Server)";
const std::string listener_key = server_key + R"(\WinStations\RDP-Tcp)";

#define RDPSWEEP_SERVER R"(registry:HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\)"
constexpr std::array<std::string_view, 3> security_values{
    RDPSWEEP_SERVER R"(WinStations\RDP-Tcp\SecurityLayer)",
    RDPSWEEP_SERVER R"(WinStations\RDP-Tcp\UserAuthentication)",
    RDPSWEEP_SERVER R"(WinStations\RDP-Tcp\MinEncryptionLevel)"};
constexpr std::array<std::string_view, 1> deny_value{RDPSWEEP_SERVER R"(fDenyTSConnections)"};
constexpr std::array<std::string_view, 5> switch_values{
    RDPSWEEP_SERVER R"(WinStations\RDP-Tcp\fEnableWinStation)",
    RDPSWEEP_SERVER R"(WinStations\RDP-Tcp\fLogonDisabled)",
    RDPSWEEP_SERVER R"(TSEnabled)",
    RDPSWEEP_SERVER R"(TSServerDrainMode)",
    RDPSWEEP_SERVER R"(TSUserEnabled)"};
#undef RDPSWEEP_SERVER

// Sets TLS, NLA and high encryption, in the place of values that are out of range or weaken the
// listener.
Prepared prepare_nla(const Facts& facts, const Finding&, const FixChoices&) {
    if (!facts.security) return Refusal{"fix.refused.unread", {{"fact", "/sec"}}};
    const auto& now = *facts.security;
    if (now.policy_layer || now.policy_nla || now.policy_min_encryption)
        return Refusal{"fix.refused.policy_value", {}};
    constexpr std::uint32_t tls = 2, high = 3, fips = 4;
    std::vector<Change> changes;
    if (now.layer && (*now.layer == 0 || *now.layer > tls))
        set_dword(changes, {listener_key, "SecurityLayer"}, now.layer, tls);
    if (now.nla && *now.nla != 1)
        set_dword(changes, {listener_key, "UserAuthentication"}, now.nla, 1);
    if (now.min_encryption && (*now.min_encryption < 2 || *now.min_encryption > fips))
        set_dword(changes, {listener_key, "MinEncryptionLevel"}, now.min_encryption, high);
    return changes;
}

Prepared prepare_allow(const Facts& facts, const Finding&, const FixChoices&) {
    if (!facts.rdp_port) return Refusal{"fix.refused.unread", {{"fact", "/listener"}}};
    if (facts.rdp_port->deny_policy) return Refusal{"fix.refused.policy_value", {}};
    std::vector<Change> changes;
    set_dword(changes, {server_key, "fDenyTSConnections"}, facts.rdp_port->deny_local, 0);
    return changes;
}

Prepared prepare_listener(const Facts& facts, const Finding&, const FixChoices&) {
    if (!facts.rdp_port) return Refusal{"fix.refused.unread", {{"fact", "/listener"}}};
    const auto& now = *facts.rdp_port;
    if (!now.listener_key_present) return Refusal{"fix.refused.no_listener", {}};
    std::vector<Change> changes;
    const auto restore =
        [&](const std::string& key, const char* name, const Dword& value, std::uint32_t good) {
            if (value && *value != good) set_dword(changes, {key, name}, value, good);
        };
    restore(listener_key, "fEnableWinStation", now.enabled, 1);
    restore(listener_key, "fLogonDisabled", now.logon_disabled, 0);
    restore(server_key, "TSEnabled", now.ts_enabled, 1);
    restore(server_key, "TSServerDrainMode", now.drain_mode, 0);
    restore(server_key, "TSUserEnabled", now.user_enabled, 0);
    return changes;
}

} // namespace

Fix nla_fix() noexcept {
    static constexpr std::array<std::string_view, 1> rules{"SEC.LAYER"};
    return {
        .id = "nla",
        .rules = rules,
        .risk = Risk::medium,
        .restart = Restart::needed,
        .declared = security_values,
        .prepare = prepare_nla};
}

Fix allow_rdp_fix() noexcept {
    static constexpr std::array<std::string_view, 1> rules{"RDP.DENIED"};
    return {
        .id = "allow-rdp",
        .rules = rules,
        .risk = Risk::high,
        .restart = Restart::if_still_failing,
        .by_name_only = true,
        .declared = deny_value,
        .prepare = prepare_allow};
}

Fix listener_fix() noexcept {
    static constexpr std::array<std::string_view, 1> rules{"RDP.LISTENER"};
    return {
        .id = "listener",
        .rules = rules,
        .risk = Risk::high,
        .restart = Restart::if_still_failing,
        .by_name_only = true,
        .declared = switch_values,
        .prepare = prepare_listener};
}

} // namespace rdpsweep
