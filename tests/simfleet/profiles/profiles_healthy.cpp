// VMs with nothing wrong: every release, and the ones that naive checks take for broken.
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

template <std::uint32_t lcid>
void speak(Blueprint& plan) {
    plan.lcid = lcid;
}

void controller(Blueprint& plan) {
    plan.domain_role = 5;
}

void core(Blueprint& plan) {
    plan.install_type = "Server Core";
}

void nano(Blueprint& plan) {
    plan.install_type = "Nano Server";
}

void session_host(Blueprint& plan) {
    plan.install_type = "Client"; // Windows multi-session counts as a client
    plan.domain_role = 1;
}

// As hardening guides and their tools write it: "on" is 0xFFFFFFFF.
void harden(Machine& machine) {
    for (const auto* protocol : {"SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1"}) {
        machine.set_protocol(protocol, 0, 1);
    }
    machine.set_protocol("TLS 1.2", 0xffffffff, 0);
}

// Azure Virtual Desktop puts its own listeners beside RDP-Tcp.
void add_listeners(Machine& machine) {
    for (const auto* name : {"rdp-sxs", "rdp-sxs240705500", "EH-Tcp"}) {
        const auto path = std::string(paths::win_stations) + '\\' + name;
        machine.state.registry.set(path, "fEnableWinStation", dword_value(1));
        machine.state.registry.set(path, "PortNumber", dword_value(3389));
    }
    machine.state.active_sessions = 14;
}

// Nano Server has no RDP: neither service nor listener nor anything that belongs to them.
void remove_rdp(Machine& machine) {
    machine.stop_service("TermService");
    std::erase_if(machine.state.services, [](const auto& service) {
        return service.name == "TermService" || service.name == "UmRdpService" ||
               service.name == "SessionEnv";
    });
    for (const auto* name : {"TermService", "UmRdpService", "SessionEnv"}) {
        machine.state.registry.erase(std::string(paths::services) + '\\' + name);
    }
    machine.state.registry.erase(paths::terminal_server);
    machine.state.registry.erase(paths::rd_store);
    machine.state.management = {};
}

// Windows renews its own certificate only when it has expired: three days left is normal life.
void nearly_expired(Machine& machine) {
    auto shape = machine.own_shape();
    shape.not_after = machine.plan.now + 3 * day;
    shape.not_before = shape.not_after - 183 * day;
    machine.install_own(shape);
}

void renewed_today(Machine& machine) {
    auto shape = machine.own_shape();
    shape.not_before = machine.plan.now - 4 * hour;
    shape.not_after = shape.not_before + 183 * day;
    const auto thumbprint = machine.install_own(shape);
    const auto hash =
        machine.state.registry.binary(paths::win_stations, "SelfSignedCertificate").value_or("");
    machine.log("TermService", 1056, 4 * hour - 1, {{"0", machine.plan.host}}, hash);
}

// The image was cloned: key files of the same container under other machines' GUIDs.
void cloned_image(Machine& machine) {
    for (const auto* guid :
         {"0aa1b3c4-5d6e-4f70-8192-a3b4c5d6e7f8", "1bb2c4d5-6e7f-4081-92a3-b4c5d6e7f809"}) {
        machine.add_key_file(
            capi_file_name("TSSecKeySet1") + '_' + guid, "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)"
        );
    }
}

void ca_certificate(Machine& machine) {
    machine.pin(machine.ca_shape());
}

void ec_certificate(Machine& machine) {
    auto shape = machine.ca_shape();
    shape.key = KeyKind::ec_p256;
    machine.pin(shape);
}

void remote_desktop_usage(Machine& machine) {
    auto shape = machine.ca_shape();
    shape.usage = Usage::remote_desktop_auth;
    machine.pin(shape);
}

// The read rights of NETWORK SERVICE in two entries, which add up.
void split_rights(Machine& machine) {
    machine.set_key_sddl("O:SYG:SYD:PAI(A;;FA;;;SY)(A;;0x20089;;;NS)(A;;0x100000;;;NS)(A;;FR;;;BA)"
    );
}

// No entry names NETWORK SERVICE; it reads as one of Everyone.
void read_as_everyone(Machine& machine) {
    machine.set_key_sddl("O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;WD)(A;;FR;;;BA)");
}

// Left by any installer; by itself no reason to reboot.
void pending_rename(Machine& machine) {
    machine.state.registry.set(
        paths::session_manager,
        "PendingFileRenameOperations",
        texts_value({R"(\??\C:\Windows\Temp\a.tmp)"})
    );
}

// The listener of 2008 R2 is the kernel's: PID 4.
void kernel_listener(Machine& machine) {
    machine.stop_listening();
    machine.listen("0.0.0.0", 3389, 4);
    machine.listen("::", 3389, 4);
}

void no_console(Machine& machine) {
    machine.state.boot = {false, false, {}, {}};
}

Truth nothing_to_judge(std::uint32_t) {
    Findings findings;
    for (const auto* rule :
         {"PORT.OWNER",   "PORT.NOLISTEN", "PORT.MOVED",   "SVC.STATE",       "SVC.ACCOUNT",
          "RDP.DENIED",   "RDP.LISTENER",  "SEC.LAYER",    "TLS.PROTO",       "TLS.13FORCED",
          "TLS.LEGACY",   "TLS.SUITES",    "FIPS",         "KEY.PRESENT",     "KEY.ACL",
          "KEY.FOLDER",   "KEY.OVERGRANT", "STORE.ACL",    "CERT.SELF.VALID", "CERT.CA.VALID",
          "CERT.PIN",     "CERT.BINDING",  "CERT.CORRUPT", "GPO.MANAGED",     "GPO.GPSVC",
          "PENDING",      "EMS.READY",     "DUMP.READY",   "EVT.SCHANNEL",    "EVT.RDPCERT",
          "EVT.KEYAUDIT", "HANDSHAKE",     "OUT.RDP",      "OUT.CERT",        "OUT.BINDING",
          "OUT.NAME",     "NLA.CREDSSP",   "NLA.CHANNEL",  "DISK.FULL"})
        findings.emplace(rule, "not_applicable rule.no_server");
    return assessed("not_applicable", "none", findings);
}

Truth another_certificate(std::uint32_t) {
    return assessed("ok", "none", chosen_certificate());
}

const std::array healthy_table{
    Profile{.name = "healthy_2008r2", .weight = 2, .builds = only<7601>()},
    Profile{.name = "healthy_2012", .weight = 2, .builds = only<9200>()},
    Profile{.name = "healthy_2012r2", .weight = 8, .builds = only<9600>()},
    Profile{.name = "healthy_2016", .weight = 20, .builds = only<14393>()},
    Profile{.name = "healthy_2019", .weight = 30, .builds = only<17763>()},
    Profile{.name = "healthy_2022", .weight = 40, .builds = only<20348>()},
    Profile{.name = "healthy_2025", .weight = 15, .builds = only<26100>()},
    Profile{.name = "healthy_core", .weight = 8, .builds = current_builds(), .draw = core},
    Profile{
        .name = "healthy_controller", .weight = 4, .builds = current_builds(), .draw = controller},
    Profile{.name = "healthy_german", .weight = 5, .builds = only<17763>(), .draw = speak<1031>},
    Profile{.name = "healthy_french", .weight = 3, .builds = only<14393>(), .draw = speak<1036>},
    Profile{.name = "healthy_chinese", .weight = 3, .builds = only<20348>(), .draw = speak<1028>},
    Profile{.name = "healthy_arabic", .weight = 2, .builds = only<17763>(), .draw = speak<1025>},
    Profile{.name = "healthy_hardened", .weight = 12, .builds = current_builds(), .damage = harden},
    Profile{
        .name = "healthy_session_host",
        .weight = 6,
        .builds = only<19045>(),
        .draw = session_host,
        .damage = add_listeners},
    Profile{
        .name = "healthy_nearly_expired",
        .weight = 6,
        .builds = current_builds(),
        .damage = nearly_expired},
    Profile{
        .name = "healthy_renewed_today",
        .weight = 2,
        .builds = current_builds(),
        .damage = renewed_today},
    Profile{
        .name = "healthy_cloned_image",
        .weight = 4,
        .builds = current_builds(),
        .damage = cloned_image},
    Profile{
        .name = "healthy_ca_certificate",
        .weight = 8,
        .builds = current_builds(),
        .damage = ca_certificate,
        .truth = another_certificate},
    Profile{
        .name = "healthy_ec_certificate",
        .weight = 1,
        .builds = current_builds(),
        .damage = ec_certificate,
        .truth = another_certificate},
    Profile{
        .name = "healthy_remote_desktop_usage",
        .weight = 1,
        .builds = current_builds(),
        .damage = remote_desktop_usage,
        .truth = another_certificate},
    Profile{
        .name = "healthy_split_rights",
        .weight = 1,
        .builds = open_key_builds(),
        .damage = split_rights},
    Profile{
        .name = "healthy_read_as_everyone",
        .weight = 1,
        .builds = open_key_builds(),
        .damage = read_as_everyone},
    Profile{
        .name = "healthy_pending_rename",
        .weight = 4,
        .builds = all_builds(),
        .damage = pending_rename},
    Profile{
        .name = "healthy_kernel_listener",
        .weight = 1,
        .builds = only<7601>(),
        .damage = kernel_listener},
    Profile{
        .name = "console_off",
        .weight = 10,
        .builds = all_builds(),
        .damage = no_console,
        .truth =
            [](std::uint32_t) {
                return assessed("ok", "none", {{"EMS.READY", "at_risk low direct off /ems/ems"}});
            }},
    Profile{
        .name = "dump_off",
        .weight = 0,
        .builds = all_builds(),
        .damage =
            [](Machine& machine) {
                machine.state.registry.set(
                    paths::crash_control, "CrashDumpEnabled", dword_value(0)
                );
            },
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "ok", "none", {{"DUMP.READY", "at_risk low direct off /crash/dump"}}
                );
            }},
    Profile{
        .name = "console_unread",
        .weight = 2,
        .builds = current_builds(),
        .damage = [](Machine& machine) { machine.forbid("bcd"); },
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "ok", "none", {{"EMS.READY", "unknown low direct rule.unread /ems/ems"}}
                );
            }},
    Profile{
        .name = "nano_server",
        .weight = 1,
        .builds = only<14393>(),
        .draw = nano,
        .damage = remove_rdp,
        .truth = nothing_to_judge}};

} // namespace

std::span<const Profile> healthy_profiles() {
    return healthy_table;
}

} // namespace simfleet
