// Services that are stopped, disabled or run as somebody else.
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

constexpr std::uint32_t disabled = 4; // SERVICE_DISABLED

void stopped(Machine& machine) {
    machine.stop_service("TermService");
    machine.state.service("TermService")->exit_code = 1067; // ERROR_PROCESS_ABORTED
}

void stopped_and_disabled(Machine& machine) {
    machine.stop_service("TermService");
    machine.set_start("TermService", disabled);
}

void disabled_but_running(Machine& machine) {
    machine.set_start("TermService", disabled);
}

void no_renewal(Machine& machine) {
    machine.stop_service("SessionEnv");
    machine.set_start("SessionEnv", disabled);
}

void no_key_isolation(Machine& machine) {
    machine.stop_service("KeyIso");
    machine.set_start("KeyIso", disabled);
}

// TermService keeps serving what it has; the next certificate is another matter.
void no_cryptography(Machine& machine) {
    machine.stop_service("CryptSvc");
    machine.set_start("CryptSvc", disabled);
}

void other_account(Machine& machine) {
    machine.state.registry.set(
        std::string(paths::services) + "\\TermService", "ObjectName", text_value("LocalSystem")
    );
}

Truth dead(std::uint32_t build) {
    return assessed("broken", "services", with(handshake_failed(build), {{"SVC.STATE", "broken"}}));
}

Truth alive(std::string verdict) {
    return assessed(verdict, "services", {{"SVC.STATE", verdict}});
}

const std::array service_table{
    Profile{
        .name = "service_stopped",
        .kind = Kind::fault,
        .weight = 8,
        .builds = later_builds(),
        .damage = stopped,
        .truth = dead},
    Profile{
        .name = "service_disabled",
        .kind = Kind::fault,
        .weight = 12,
        .builds = later_builds(),
        .damage = stopped_and_disabled,
        .truth = dead},
    Profile{
        .name = "service_disabled_running",
        .kind = Kind::fault,
        .weight = 4,
        .builds = later_builds(),
        .damage = disabled_but_running,
        .truth = [](std::uint32_t) { return alive("at_risk"); }},
    Profile{
        .name = "service_sessionenv_disabled",
        .kind = Kind::fault,
        .weight = 6,
        .builds = later_builds(),
        .damage = no_renewal,
        .truth = [](std::uint32_t) { return alive("at_risk"); }},
    Profile{
        .name = "service_keyiso_disabled",
        .kind = Kind::fault,
        .weight = 3,
        .builds = current_builds(),
        .damage = no_key_isolation,
        .truth = dead},
    Profile{
        .name = "service_cryptsvc_disabled",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = no_cryptography,
        .truth = [](std::uint32_t) { return alive("broken"); }},
    Profile{
        .name = "service_account",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = other_account,
        .truth =
            [](std::uint32_t) {
                return assessed("broken", "services", {{"SVC.ACCOUNT", "broken"}});
            }},
    // Without the service manager nobody knows which process TermService is. Its account stands in
    // the registry, and that somebody listens is seen.
    Profile{
        .name = "service_unread",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = [](Machine& machine) { machine.forbid(R"(wmi:root\cimv2)"); },
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "unknown", "none", {{"SVC.STATE", "unknown"}, {"PORT.OWNER", "unknown"}}
                );
            }}};

} // namespace

std::span<const Profile> service_profiles() {
    return service_table;
}

} // namespace simfleet
