// RDP switched off, or told to speak in a way nobody can answer.
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

void set_server(Machine& machine, std::string_view value, std::uint32_t number) {
    machine.state.registry.set(paths::terminal_server, value, dword_value(number));
}

void denied(Machine& machine) {
    set_server(machine, "fDenyTSConnections", 1);
    machine.stop_listening();
}

void denied_by_policy(Machine& machine) {
    machine.set_policy("fDenyTSConnections", 1);
    machine.stop_listening();
}

// WMI goes on saying that connections are allowed; the port does not listen.
void denied_by_absence(Machine& machine) {
    machine.state.registry.erase_value(paths::terminal_server, "fDenyTSConnections");
    machine.stop_listening();
}

// Somebody deleted the value; TermService has not been started since.
void value_deleted(Machine& machine) {
    machine.state.registry.erase_value(paths::terminal_server, "fDenyTSConnections");
}

void denied_under_policy(Machine& machine) {
    set_server(machine, "fDenyTSConnections", 1);
    machine.set_policy("fDenyTSConnections", 0);
}

void station_off(Machine& machine) {
    machine.set_rdp("fEnableWinStation", 0);
    machine.stop_listening();
}

void station_missing(Machine& machine) {
    machine.state.registry.erase(paths::rdp_tcp);
    machine.stop_listening();
}

void levels(
    Machine& machine, std::uint32_t layer, std::uint32_t nla, std::uint32_t min_encryption
) {
    machine.set_rdp("SecurityLayer", layer);
    machine.set_rdp("UserAuthentication", nla);
    machine.set_rdp("MinEncryptionLevel", min_encryption);
}

// Microsoft's article on the internal error has people write both as a test.
void left_by_test(Machine& machine) {
    machine.set_policy("SecurityLayer", 0);
    machine.set_policy("UserAuthentication", 0);
}

constexpr const char* every_level = " /sec/layer /sec/nla /sec/minenc";
constexpr const char* both_denials = " /listener/deny_policy /listener/deny_local";

// Nobody listens, as it was told to.
Truth off(std::uint32_t build, const std::string& rule, const Expected& expected) {
    return assessed(
        "broken",
        "listener_security",
        with(
            with(handshake_failed(build, nobody_listens), no_listener_expected()),
            {{rule, expected}}
        )
    );
}

Truth denied_as(std::uint32_t build, const std::string& key) {
    return off(build, "RDP.DENIED", "broken critical direct " + key + both_denials);
}

// It listens, and cannot come to terms with anybody.
Truth mute(std::uint32_t build, const std::string& key, const std::string& how) {
    return assessed(
        "broken",
        "listener_security",
        with(
            handshake_failed(build, how),
            {{"SEC.LAYER", "broken critical direct " + key + every_level}}
        )
    );
}

Truth switched(const std::string& rule, const Expected& expected) {
    return assessed(expected.verdict, "listener_security", {{rule, expected}});
}

// Below the Policies key, without proof of a policy.
constexpr const char* denial_unproven = "unknown medium direct unproven /listener/deny_policy";

// TLS is off by configuration: the listener refuses whoever insists on it, as it was told to, and
// serves the rest. No certificate is involved.
Truth tls_not_used(const Expected& layer) {
    constexpr auto not_used = "not_applicable not_used";
    return assessed(
        "at_risk",
        "listener_security",
        with(
            silent_outside(),
            {{"SEC.LAYER", layer},
             {"HANDSHAKE", "at_risk high functional rdp_security /hs/0/stage /hs/0/x224/fail"},
             {"TLS.PROTO", not_used},
             {"TLS.SUITES", not_used},
             {"TLS.13FORCED", not_used},
             {"CERT.BINDING", not_used}}
        )
    );
}

const std::array security_layer_table{
    // What the command ResetRDPCert leaves behind.
    Profile{
        .name = "layer_reset_residue",
        .kind = Kind::fault,
        .weight = 8,
        .builds = open_key_builds(),
        .damage = [](Machine& machine) { levels(machine, 0, 0, 1); },
        .truth =
            [](std::uint32_t) {
                return tls_not_used(std::string("at_risk high direct reset_residue") + every_level);
            }},
    Profile{
        .name = "layer_test_residue",
        .kind = Kind::fault,
        .weight = 0,
        .builds = open_key_builds(),
        .draw = [](Blueprint& plan) { plan.domain_role = 2; },
        .damage = left_by_test,
        .truth =
            [](std::uint32_t) {
                auto truth = tls_not_used("at_risk high direct test_residue /sec/policy/layer"
                                          " /sec/policy/nla /sec/minenc");
                truth.findings = with(
                    truth.findings,
                    {{"GPO.MANAGED",
                      "unknown medium direct unproven /sec/policy/layer /sec/policy/nla"}}
                );
                return truth;
            }},
    Profile{
        .name = "layer_zero_with_nla",
        .kind = Kind::fault,
        .weight = 3,
        .builds = current_builds(),
        .damage = [](Machine& machine) { levels(machine, 0, 1, 3); },
        .truth =
            [](std::uint32_t build) {
                return mute(build, "nla_without_tls", "negotiation /hs/0/stage /hs/0/x224/fail");
            }},
    Profile{
        .name = "layer_out_of_range",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = [](Machine& machine) { levels(machine, 7, 1, 3); },
        .truth = [](std::uint32_t build
                 ) { return mute(build, "out_of_range", "failed /hs/0/stage /hs/0/errno"); }},
    Profile{
        .name = "layer_low_encryption",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = [](Machine& machine) { levels(machine, 2, 1, 1); },
        .truth =
            [](std::uint32_t) {
                return switched(
                    "SEC.LAYER", std::string("at_risk high direct inconsistent") + every_level
                );
            }},
    // Told not to negotiate, and it serves TLS all the same.
    Profile{
        .name = "layer_no_negotiation",
        .kind = Kind::healthy,
        .weight = 0,
        .builds = current_builds(),
        .damage = [](Machine& machine) { machine.set_rdp("fAllowSecProtocolNegotiation", 0); },
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "ok",
                    "none",
                    {{"SEC.LAYER",
                      std::string("at_risk low circumstantial negotiation_off /sec/negotiate") +
                          every_level}}
                );
            }},
    // Keeps nobody out: hygiene.
    Profile{
        .name = "nla_off",
        .kind = Kind::healthy,
        .weight = 6,
        .builds = current_builds(),
        .damage = [](Machine& machine) { levels(machine, 2, 0, 3); },
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "ok",
                    "none",
                    {{"SEC.LAYER", std::string("at_risk low direct nla_off") + every_level}}
                );
            }}};

} // namespace

std::span<const Profile> security_layer_profiles() {
    return security_layer_table;
}

namespace {

const std::array switch_table{
    Profile{
        .name = "rdp_denied",
        .kind = Kind::fault,
        .weight = 10,
        .builds = later_builds(),
        .damage = denied,
        .truth = [](std::uint32_t build) { return denied_as(build, "local"); }},
    Profile{
        .name = "rdp_denied_by_policy",
        .kind = Kind::fault,
        .weight = 4,
        .builds = current_builds(),
        .damage = denied_by_policy,
        .truth =
            [](std::uint32_t build) {
                auto truth = denied_as(build, "policy");
                truth.findings = with(truth.findings, {{"GPO.MANAGED", denial_unproven}});
                return truth;
            }},
    Profile{
        .name = "rdp_denied_by_absence",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = denied_by_absence,
        .truth = [](std::uint32_t build) { return denied_as(build, "value_missing"); }},
    Profile{
        .name = "rdp_deny_value_deleted",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = value_deleted,
        .truth =
            [](std::uint32_t) {
                return switched(
                    "RDP.DENIED",
                    "at_risk high direct missing_listens /listener/deny_policy "
                    "/listener/deny_local"
                );
            }},
    Profile{
        .name = "rdp_denied_under_policy",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = denied_under_policy,
        .truth =
            [](std::uint32_t) {
                auto truth = switched(
                    "RDP.DENIED", std::string("at_risk high direct mismatch") + both_denials
                );
                truth.findings = with(truth.findings, {{"GPO.MANAGED", denial_unproven}});
                return truth;
            }},
    Profile{
        .name = "listener_off",
        .kind = Kind::fault,
        .weight = 3,
        .builds = current_builds(),
        .damage = station_off,
        .truth =
            [](std::uint32_t build) {
                return off(
                    build, "RDP.LISTENER", "broken critical direct switched_off /listener/enabled"
                );
            }},
    Profile{
        .name = "listener_missing",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = station_missing,
        .truth =
            [](std::uint32_t build) {
                return off(
                    build,
                    "RDP.LISTENER",
                    "broken critical direct key_missing /listener/key_present"
                );
            }},
    Profile{
        .name = "listener_logon_disabled",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = [](Machine& machine) { machine.set_rdp("fLogonDisabled", 1); },
        .truth =
            [](std::uint32_t) {
                return switched(
                    "RDP.LISTENER", "broken critical direct switched_off /listener/logon_disabled"
                );
            }},
    Profile{
        .name = "listener_users_blocked",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = [](Machine& machine) { set_server(machine, "TSUserEnabled", 1); },
        .truth =
            [](std::uint32_t) {
                return switched(
                    "RDP.LISTENER", "broken critical direct switched_off /listener/ts/TSUserEnabled"
                );
            }},
    Profile{
        .name = "listener_draining",
        .kind = Kind::fault,
        .weight = 3,
        .builds = current_builds(),
        .damage = [](Machine& machine) { set_server(machine, "TSServerDrainMode", 1); },
        .truth =
            [](std::uint32_t) {
                return switched("RDP.LISTENER", "at_risk high direct drain /listener/ts/drain");
            }}};

} // namespace

std::span<const Profile> switch_profiles() {
    return switch_table;
}

} // namespace simfleet
