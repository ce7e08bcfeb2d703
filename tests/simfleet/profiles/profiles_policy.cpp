// Who manages the VM, and what waits for a reboot (article steps 2.4 and 3.2).
#include "core/service_start.hpp"
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

constexpr std::uint32_t group_policy = 1; // PolicySource* of Win32_TSGeneralSetting

void managed(Machine& machine) {
    machine.set_policy("SecurityLayer", 2);
    machine.set_policy("UserAuthentication", 1);
    machine.set_policy("MinEncryptionLevel", 3);
    auto& management = machine.state.management;
    management.policy_source = {
        {"layer", group_policy}, {"nla", group_policy}, {"minenc", group_policy}};
    const auto key = std::string(paths::ts_policy) + '\\';
    management.registry_pol = {
        key + "SecurityLayer", key + "UserAuthentication", key + "MinEncryptionLevel"};
    management.rsop = management.registry_pol;
}

// A hardening guide applied by group policy, with the services that its second level disables. Then
// TermService crashed: no policy has to do with that.
void managed_and_stopped(Machine& machine) {
    managed(machine);
    for (const auto* name : {"UmRdpService", "SessionEnv"}) {
        machine.stop_service(name);
        machine.set_start(name, rdpsweep::service_start::disabled);
    }
    machine.stop_service("TermService");
}

// The policy itself is the fault: a cure on the machine will not last.
void managed_harm(Machine& machine) {
    machine.set_suite_policy("");
    const auto name = std::string(paths::suites_policy) + "\\Functions";
    machine.state.management.registry_pol = {name};
    machine.state.management.rsop = {name};
}

// Written by an image builder: a value under Policies is no proof of a policy.
void written_by_hand(Machine& machine) {
    machine.set_policy("UserAuthentication", 1);
    machine.set_policy("fPromptForPassword", 1);
}

void stopped_policy_client(Machine& machine) {
    machine.stop_service("gpsvc");
    machine.set_start("gpsvc", 4);
}

// The same, reached by who may write the key: an agent that is SYSTEM.
void stopped_and_reached_as_system(Machine& machine) {
    stopped_policy_client(machine);
    machine.state.collector.sid = "S-1-5-18";
}

void mdm(Machine& machine) {
    machine.set_policy("UserAuthentication", 1);
    machine.state.management.mdm = true;
}

// Azure guest configuration hardens Schannel and leaves no trace under Policies.
void guest_configuration(Machine& machine) {
    for (const auto* protocol : {"TLS 1.0", "TLS 1.1"})
        machine.set_protocol(protocol, 0, 1);
    machine.set_protocol("TLS 1.2", 1, 0);
    machine.state.management.dsc = true;
}

Truth policy(const std::string& rule, const Expected& expected) {
    return assessed("at_risk", "group_policy", {{rule, expected}});
}

Truth client_disabled(std::uint32_t) {
    return policy("GPO.GPSVC", "at_risk high direct disabled /gp/gpsvc_start");
}

// Enrolment is no proof that a value comes from there; and no value does harm.
Truth perhaps_managed(const std::string& value) {
    return assessed("ok", "none", {{"GPO.MANAGED", "unknown medium direct unproven " + value}});
}

Truth restart_due(const std::string& where) {
    return policy("PENDING", "at_risk medium direct reboot " + where);
}

// Three values, each known by RSoP, by Registry.pol and by Remote Desktop Services.
constexpr const char* three_proofs =
    "at_risk low direct managed /gp/rsop/0 /gp/rsop/1 /gp/rsop/2"
    " /gp/registry_pol/0 /gp/registry_pol/1 /gp/registry_pol/2"
    " /sec/policy_source/layer /sec/policy_source/minenc /sec/policy_source/nla";

const std::array policy_table{
    Profile{
        .name = "policy_managed",
        .kind = Kind::healthy,
        .weight = 6,
        .builds = current_builds(),
        .damage = managed,
        .truth =
            [](std::uint32_t) { // good values: worth knowing, no risk
                return assessed("ok", "none", {{"GPO.MANAGED", three_proofs}});
            }},
    Profile{
        .name = "policy_managed_stopped",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = managed_and_stopped,
        .truth =
            [](std::uint32_t build) {
                return assessed(
                    "broken",
                    "services",
                    with(
                        with(handshake_failed(build, nobody_listens), no_listener_expected()),
                        {{"SVC.STATE", "broken critical direct stopped /svc/0/state /svc/0/start"},
                         {"GPO.MANAGED", three_proofs}}
                    )
                );
            }},
    Profile{
        .name = "policy_harmful",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = managed_harm,
        .truth =
            [](std::uint32_t build) {
                return assessed(
                    "broken",
                    "tls_protocols",
                    with(
                        handshake_failed(build, no_common_suite_left),
                        {{"TLS.SUITES", "broken critical direct empty_policy /tls/suites_policy"},
                         {"GPO.MANAGED",
                          "at_risk medium direct harmful /gp/rsop/0 /gp/registry_pol/0"}}
                    )
                );
            }},
    Profile{
        .name = "policy_mdm",
        .kind = Kind::healthy,
        .weight = 2,
        .builds = current_builds(),
        .damage = mdm,
        .truth = [](std::uint32_t) { return perhaps_managed("/sec/policy/nla"); }},
    Profile{
        .name = "policy_guest_configuration",
        .kind = Kind::healthy,
        .weight = 4,
        .builds = current_builds(),
        .damage = guest_configuration,
        .truth = [](std::uint32_t) { return perhaps_managed("/gp/dsc"); }},
    Profile{
        .name = "policy_unproven",
        .kind = Kind::healthy,
        .weight = 4,
        .builds = current_builds(),
        .damage = written_by_hand,
        .truth = [](std::uint32_t) { return perhaps_managed("/sec/policy/nla"); }},
    Profile{
        .name = "policy_client_disabled",
        .kind = Kind::fault,
        .weight = 5,
        .builds = all_builds(),
        .damage = stopped_policy_client,
        .truth = client_disabled},
    Profile{
        .name = "policy_client_disabled_system",
        .kind = Kind::fault,
        .weight = 0,
        .builds = all_builds(),
        .damage = stopped_and_reached_as_system,
        .truth = client_disabled},
    Profile{
        .name = "pending_servicing",
        .kind = Kind::fault,
        .weight = 4,
        .builds = current_builds(),
        .damage = [](Machine& machine) { machine.state.registry.create(paths::servicing_pending); },
        .truth = [](std::uint32_t) { return restart_due("/pending/cbs"); }},
    Profile{
        .name = "pending_update",
        .kind = Kind::fault,
        .weight = 5,
        .builds = current_builds(),
        .damage = [](Machine& machine) { machine.state.registry.create(paths::update_pending); },
        .truth = [](std::uint32_t) { return restart_due("/pending/wu"); }}};

} // namespace

std::span<const Profile> policy_profiles() {
    return policy_table;
}

} // namespace simfleet
