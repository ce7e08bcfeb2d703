// Services that are stopped, disabled or run as somebody else.
#include "core/service_start.hpp"
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

void stopped(Machine& machine) {
    machine.stop_service("TermService");
    machine.state.service("TermService")->exit_code = 1067; // ERROR_PROCESS_ABORTED
}

void stopped_and_disabled(Machine& machine) {
    machine.stop_service("TermService");
    machine.set_start("TermService", rdpsweep::service_start::disabled);
}

void disabled_but_running(Machine& machine) {
    machine.set_start("TermService", rdpsweep::service_start::disabled);
}

void no_renewal(Machine& machine) {
    machine.stop_service("SessionEnv");
    machine.set_start("SessionEnv", rdpsweep::service_start::disabled);
}

void no_key_isolation(Machine& machine) {
    machine.stop_service("KeyIso");
    machine.set_start("KeyIso", rdpsweep::service_start::disabled);
}

// TermService keeps serving what it has; the next certificate is another matter.
void no_cryptography(Machine& machine) {
    machine.stop_service("CryptSvc");
    machine.set_start("CryptSvc", rdpsweep::service_start::disabled);
}

// Somebody deleted the service; what it once made is still served.
void no_configuration(Machine& machine) {
    std::erase_if(machine.state.services, [](const auto& service) {
        return service.name == "SessionEnv";
    });
    machine.state.registry.erase(std::string(paths::services) + "\\SessionEnv");
}

// The process is there since the machine started, and never came to listen.
void hanging(Machine& machine) {
    constexpr std::uint32_t start_pending = 2;
    machine.state.service("TermService")->state = start_pending;
    machine.stop_listening();
}

// The next certificate is due within days, and who takes part in making it may not start.
void no_propagation_at_the_end(Machine& machine) {
    machine.stop_service("CertPropSvc");
    machine.set_start("CertPropSvc", rdpsweep::service_start::disabled);
    auto shape = machine.own_shape();
    shape.not_after = machine.plan.now + 9 * day;
    shape.not_before = shape.not_after - 183 * day;
    machine.install_own(shape);
}

// An account that may not read the key.
void local_service(Machine& machine) {
    machine.state.registry.set(
        std::string(paths::services) + "\\TermService",
        "ObjectName",
        text_value(R"(NT AUTHORITY\LocalService)")
    );
}

// TermService does not run, so nothing listens.
Truth dead(std::uint32_t build, const Expected& state) {
    return assessed(
        "broken",
        "services",
        with(
            with(handshake_failed(build, nobody_listens), no_listener_expected()),
            {{"SVC.STATE", state}}
        )
    );
}

Truth alive(const Expected& state) {
    return assessed(state.verdict, "services", {{"SVC.STATE", state}});
}

const std::array service_table{
    Profile{
        .name = "service_stopped",
        .kind = Kind::fault,
        .weight = 8,
        .builds = later_builds(),
        .damage = stopped,
        .truth =
            [](std::uint32_t build) {
                return dead(
                    build, "broken critical direct stopped /svc/0/state /svc/0/start /svc/0/exit"
                );
            }},
    Profile{
        .name = "service_disabled",
        .kind = Kind::fault,
        .weight = 12,
        .builds = later_builds(),
        .damage = stopped_and_disabled,
        .truth =
            [](std::uint32_t build) {
                return dead(
                    build, "broken critical direct stopped_disabled /svc/0/state /svc/0/start"
                );
            }},
    Profile{
        .name = "service_disabled_running",
        .kind = Kind::fault,
        .weight = 4,
        .builds = later_builds(),
        .damage = disabled_but_running,
        .truth =
            [](std::uint32_t) {
                return alive("at_risk high direct disabled_running /svc/0/state /svc/0/start");
            }},
    Profile{
        .name = "service_sessionenv_disabled",
        .kind = Kind::fault,
        .weight = 6,
        .builds = later_builds(),
        .damage = no_renewal,
        .truth =
            [](std::uint32_t) {
                return alive("at_risk high direct sessionenv_disabled /svc/1/state /svc/1/start");
            }},
    Profile{
        .name = "service_keyiso_disabled",
        .kind = Kind::fault,
        .weight = 3,
        .builds = current_builds(),
        .damage = no_key_isolation,
        .truth =
            [](std::uint32_t build) { // TermService listens, and cannot use its key
                return assessed(
                    "broken",
                    "services",
                    with(
                        handshake_failed(build, cut_off),
                        {{"SVC.STATE",
                          "broken high direct needed_disabled /svc/3/state /svc/3/start"}}
                    )
                );
            }},
    Profile{
        .name = "service_cryptsvc_disabled",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = no_cryptography,
        .truth =
            [](std::uint32_t) {
                return alive("at_risk high direct needed_for_renewal /svc/5/state /svc/5/start");
            }},
    Profile{
        .name = "service_sessionenv_missing",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = no_configuration,
        .truth = [](std::uint32_t) { return alive("at_risk high direct needed_missing /svc"); }},
    Profile{
        .name = "service_hangs",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = hanging,
        .truth =
            [](std::uint32_t build) {
                return dead(
                    build,
                    "broken critical direct hangs /listener/sockets /svc/0/state /svc/0/start"
                );
            }},
    Profile{
        .name = "service_certprop_disabled",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = no_propagation_at_the_end,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "at_risk",
                    "services",
                    {{"SVC.STATE",
                      "at_risk high direct certprop_disabled /svc/4/state /svc/4/start"},
                     {"CERT.SELF.VALID",
                      "at_risk high direct renewal_blocked /cert/store/0/not_after /keys"}}
                );
            }},
    Profile{
        .name = "service_account",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = local_service,
        .truth =
            [](std::uint32_t build) {
                return assessed(
                    "broken",
                    "services",
                    with(
                        handshake_failed(build, cut_off),
                        {{"SVC.ACCOUNT", "broken high direct other /svc/0/acct_sid"}}
                    )
                );
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
                    "unknown",
                    "none",
                    {{"SVC.STATE", "unknown critical direct state_unknown /svc/0/state"},
                     {"PORT.OWNER", "unknown critical direct pid_unknown /svc"},
                     {"DISK.FULL", "unknown low direct rule.unread /os/disk_free_mb"}}
                );
            }}};

} // namespace

std::span<const Profile> service_profiles() {
    return service_table;
}

} // namespace simfleet
