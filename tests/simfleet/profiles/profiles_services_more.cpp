// VMs whose service manager nobody may ask while RDP fails: all else is sound, so that the services
// are the suspect. And one whose TermService runs as somebody else, and answers.
#include "core/service_start.hpp"
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

// WMI tells neither state nor process of a service.
void deny_wmi(Machine& machine) {
    machine.forbid(R"(wmi:root\cimv2)");
}

void stop_unseen(Machine& machine) {
    machine.stop_service("TermService");
    deny_wmi(machine);
}

void stop_key_isolation_unseen(Machine& machine) {
    machine.stop_service("KeyIso");
    machine.set_start("KeyIso", rdpsweep::service_start::disabled);
    deny_wmi(machine);
}

// An account that may read every key.
void run_as_system(Machine& machine) {
    machine.state.registry.set(
        std::string(paths::services) + "\\TermService", "ObjectName", text_value("LocalSystem")
    );
}

Findings nobody_knows(std::string handshake) {
    return {
        {"HANDSHAKE", std::move(handshake)},
        {"SVC.STATE", "unknown critical direct state_unknown /svc/0/state"},
        {"PORT.OWNER", "unknown critical direct pid_unknown /svc"},
        {"DISK.FULL", "unknown low direct rule.unread /os/disk_free_mb"}};
}

const std::array more_table{
    Profile{
        .name = "service_account_works",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = run_as_system,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "at_risk",
                    "services",
                    {{"SVC.ACCOUNT", "at_risk high direct other_works /svc/0/acct_sid"}}
                );
            }},
    Profile{
        .name = "services_unread_refused",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = stop_unseen,
        .truth =
            [](std::uint32_t build) {
                auto findings = nobody_knows(
                    "broken critical circumstantial services:suspect_refused /hs/0/stage"
                    " /hs/0/errno /svc /svc/0/state /svc/0/state"
                );
                findings.emplace(
                    "PORT.NOLISTEN", "unknown critical direct rule.unread /svc/0/state"
                );
                return assessed(
                    "broken", "services", with(handshake_failed(build, nobody_listens), findings)
                );
            }},
    // Where the rights of the key can be read, so that only the services are left.
    Profile{
        .name = "services_unread_reset",
        .kind = Kind::fault,
        .weight = 0,
        .builds = only<14393>(),
        .damage = stop_key_isolation_unseen,
        .truth = [](std::uint32_t build) {
            return assessed(
                "broken",
                "services",
                with(
                    handshake_failed(build, cut_off),
                    nobody_knows("broken critical circumstantial services:suspect /hs/0/stage"
                                 " /hs/0/errno /svc /svc/0/state")
                )
            );
        }}};

} // namespace

std::span<const Profile> more_service_profiles() {
    return more_table;
}

} // namespace simfleet
