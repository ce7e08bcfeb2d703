// Fixes nla, allow-rdp and listener: the listener's own values. What a policy sets is left alone:
// it would win, and come back. Values below the Policies key are deleted in one case only: where
// they are left over from a test.
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
const std::string policy_key = R"(SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services)";

#define RDPSWEEP_SERVER R"(registry:HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\)"
#define RDPSWEEP_POLICY R"(registry:HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services\)"
constexpr std::array<std::string_view, 6> security_values{
    RDPSWEEP_SERVER R"(WinStations\RDP-Tcp\SecurityLayer)",
    RDPSWEEP_SERVER R"(WinStations\RDP-Tcp\UserAuthentication)",
    RDPSWEEP_SERVER R"(WinStations\RDP-Tcp\MinEncryptionLevel)",
    RDPSWEEP_SERVER R"(WinStations\RDP-Tcp\fAllowSecProtocolNegotiation)",
    RDPSWEEP_POLICY R"(SecurityLayer)",
    RDPSWEEP_POLICY R"(UserAuthentication)"};
#undef RDPSWEEP_POLICY
constexpr std::array<std::string_view, 1> deny_value{RDPSWEEP_SERVER R"(fDenyTSConnections)"};
constexpr std::array<std::string_view, 5> switch_values{
    RDPSWEEP_SERVER R"(WinStations\RDP-Tcp\fEnableWinStation)",
    RDPSWEEP_SERVER R"(WinStations\RDP-Tcp\fLogonDisabled)",
    RDPSWEEP_SERVER R"(TSEnabled)",
    RDPSWEEP_SERVER R"(TSServerDrainMode)",
    RDPSWEEP_SERVER R"(TSUserEnabled)"};
#undef RDPSWEEP_SERVER

// Deletes what Microsoft's own test left among the policies, where no policy is.
std::vector<Change> without_test(const SecurityFacts& now) {
    std::vector<Change> changes;
    remove_dword(changes, {policy_key, "SecurityLayer"}, now.policy_layer);
    if (now.policy_nla == 0u)
        remove_dword(changes, {policy_key, "UserAuthentication"}, now.policy_nla);
    return changes;
}

bool is_good(const Dword& encryption) {
    constexpr std::uint32_t client = 2, fips = 4;
    return !encryption || (*encryption >= client && *encryption <= fips);
}

// Sets those of the listener's values that are at fault by themselves. One that a policy value
// overrules is left alone: nothing would come of it.
std::vector<Change> at_fault(const SecurityFacts& now, const Finding& finding) {
    constexpr std::uint32_t tls = 2, high = 3;
    std::vector<Change> changes;
    const bool bad_layer = now.layer && (*now.layer == 0 || *now.layer > tls);
    if (bad_layer && !now.policy_layer)
        set_dword(changes, {listener_key, "SecurityLayer"}, now.layer, tls);
    // NLA that is switched off is somebody's choice, unless that is all the finding is about.
    const bool bad_nla = now.nla.value_or(0) > 1;
    const bool asked = now.nla == 0u && finding.summary.key == "SEC.LAYER.nla_off";
    if ((bad_nla || asked) && !now.policy_nla)
        set_dword(changes, {listener_key, "UserAuthentication"}, now.nla, 1);
    if (!is_good(now.min_encryption) && !now.policy_min_encryption)
        set_dword(changes, {listener_key, "MinEncryptionLevel"}, now.min_encryption, high);
    if (now.negotiate == 0u)
        set_dword(changes, {listener_key, "fAllowSecProtocolNegotiation"}, now.negotiate, 1);
    return changes;
}

// Sets TLS, NLA and high encryption where a value is out of range or weakens the listener.
Prepared prepare_nla(const Facts& facts, const Finding& finding, const FixChoices&) {
    if (!facts.security) return Refusal{"fix.refused.unread", {{"fact", "/sec"}}};
    const auto& now = *facts.security;
    if (finding.summary.key == "SEC.LAYER.test_residue") return without_test(now);
    auto changes = at_fault(now, finding);
    if (!changes.empty()) return changes;
    const bool by_policy = now.policy_layer || now.policy_nla || now.policy_min_encryption;
    return Refusal{by_policy ? "fix.refused.policy_value" : "fix.refused.other_case", {}};
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
