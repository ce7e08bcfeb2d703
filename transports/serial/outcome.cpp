// Holds the closed list as a table: name, phase, code, sentence and advice of each outcome.
#include "transports/serial/outcome.hpp"

#include <array>

namespace rdpsweep::serial {

namespace {

struct Row {
    ConsoleOutcome outcome;
    std::string_view name;
    Phase phase;
    Errc code;
    const char* what;
    const char* hint;
};

using enum ConsoleOutcome;

// What may be retried follows from phase and code (core/error.cpp): silence and lost connections,
// never a logon.
constexpr std::array rows{
    Row{ok, "ok", Phase::decode, Errc::bug, "", ""},
    Row{console_disabled,
        "console_disabled",
        Phase::open,
        Errc::blocked_by_policy,
        "Azure Serial Console is switched off for the subscription",
        "az serial-console enable, or another transport"},
    Row{bootdiag_disabled,
        "bootdiag_disabled",
        Phase::open,
        Errc::unsupported,
        "the VM's boot diagnostics are off, and with them its serial console",
        "az vm boot-diagnostics enable"},
    Row{vm_not_running,
        "vm_not_running",
        Phase::open,
        Errc::unreachable,
        "the VM is not running",
        "az vm start"},
    Row{rbac_denied,
        "rbac_denied",
        Phase::open,
        Errc::access_denied,
        "our identity may not open the VM's serial console",
        "give it Microsoft.SerialConsole/serialPorts/connect/action on the VM "
        "(docs/azure-roles/)"},
    Row{storage_firewall,
        "storage_firewall",
        Phase::open,
        Errc::blocked_by_policy,
        "the firewall of the boot diagnostics' storage account keeps the console out",
        "admit the service tag SerialConsole there, or use managed boot diagnostics"},
    Row{storage_bad,
        "storage_bad",
        Phase::open,
        Errc::unsupported,
        "the boot diagnostics' storage account does not serve a console",
        "az vm boot-diagnostics enable, with managed storage"},
    Row{service_timeout,
        "service_timeout",
        Phase::open,
        Errc::timed_out,
        "Azure's host did not connect us to the VM's serial port",
        "az vm reapply; then try again"},
    Row{console_in_use,
        "console_in_use",
        Phase::open,
        Errc::blocked_by_policy,
        "somebody uses the VM's serial console",
        "ask whoever it is, or say --takeover: it ends their session"},
    Row{session_preempted,
        "session_preempted",
        Phase::open,
        Errc::blocked_by_policy,
        "somebody else took the VM's serial console over",
        "come back later; two sweeps must not share VMs"},
    Row{ws_blocked,
        "ws_blocked",
        Phase::connect,
        Errc::refused,
        "the console's gateway cannot be reached from here",
        "admit HTTPS to *.serialconsole.azure.com, or set HTTPS_PROXY"},
    Row{auth_rejected,
        "auth_rejected",
        Phase::open,
        Errc::access_denied,
        "the console's gateway did not take our token",
        "rdpsweep doctor shows whose token it is"},
    Row{ems_disabled,
        "ems_disabled",
        Phase::open,
        Errc::unsupported,
        "Windows does not use the serial port (EMS is off)",
        "az vm run-command invoke --command-id EnableEMS, then restart the VM"},
    Row{no_response,
        "no_response",
        Phase::open,
        Errc::unreachable,
        "the serial port is silent",
        "is EMS on? az vm run-command invoke --command-id EnableEMS; or the VM hangs"},
    Row{no_echo,
        "no_echo",
        Phase::open,
        Errc::unreachable,
        "the serial port takes no keys",
        "is kernel debugging on (bcdedit /debug)? it owns the port then"},
    Row{booting,
        "booting",
        Phase::open,
        Errc::throttled,
        "Windows is still starting",
        "wait some minutes; if it lasts, see the boot diagnostics' screenshot"},
    Row{sac_degraded,
        "sac_degraded",
        Phase::open,
        Errc::unsupported,
        "the Special Administration Console is in its emergency mode (!SAC>)",
        "the system is in distress: look at it by rdpsweep console"},
    Row{cmd_unavailable,
        "cmd_unavailable",
        Phase::open,
        Errc::unreachable,
        "SAC could not start a command prompt",
        "is the service sacsvr running? by rdpsweep console: cmd"},
    Row{cmd_disabled,
        "cmd_disabled",
        Phase::open,
        Errc::blocked_by_policy,
        "command prompts are forbidden on this VM's console",
        "HKLM\\SYSTEM\\CurrentControlSet\\Services\\sacdrv DisableCmdSessions; or another "
        "transport"},
    Row{channels_full,
        "channels_full",
        Phase::open,
        Errc::unsupported,
        "all nine channels of SAC are in use",
        "close some by rdpsweep console: ch, then ch -cn NAME"},
    Row{auth_failed,
        "auth_failed",
        Phase::authenticate,
        Errc::access_denied,
        "the console's logon was refused",
        "locked, expired and wrong look alike there; it takes a local administrator's password"},
    Row{keyboard_layout_mismatch,
        "keyboard_layout_mismatch",
        Phase::open,
        Errc::unsupported,
        "keys arrive as other characters",
        "set the keyboard of the Welcome screen to English (United States)"},
    Row{not_elevated,
        "not_elevated",
        Phase::run,
        Errc::access_denied,
        "the console's command prompt has no administrator's rights",
        "log on as a member of Administrators"},
    Row{clm_restricted,
        "clm_restricted",
        Phase::run,
        Errc::blocked_by_policy,
        "PowerShell runs in constrained language mode there",
        "AppLocker or WDAC forbid scripts; --collector cim over WinRM needs none"},
    Row{transfer_corrupt,
        "transfer_corrupt",
        Phase::run,
        Errc::malformed_output,
        "what goes over the console is damaged again and again",
        "try again; the line's state stands in the log"},
    Row{probe_timeout,
        "probe_timeout",
        Phase::run,
        Errc::timed_out,
        "PowerShell on the VM did not come to an end",
        "give it more time with --deadline"},
    Row{vm_rebooted,
        "vm_rebooted",
        Phase::run,
        Errc::peer_closed,
        "the VM started anew while we were there",
        "try again in some minutes"},
    Row{vm_crashed,
        "vm_crashed",
        Phase::run,
        Errc::unreachable,
        "Windows reported a bugcheck",
        "see the boot diagnostics and its dump"},
    Row{channel_leaked,
        "channel_leaked",
        Phase::open,
        Errc::peer_closed,
        "a channel that we opened could not be closed",
        "by rdpsweep console: ch -cn NAME"},
};

const Row& row_of(ConsoleOutcome outcome) noexcept {
    return rows[static_cast<std::size_t>(outcome)];
}

constexpr auto outcomes = [] {
    std::array<ConsoleOutcome, rows.size()> all{};
    for (std::size_t at = 0; at < rows.size(); ++at)
        all[at] = rows[at].outcome;
    return all;
}();

constexpr bool in_order = [] {
    for (std::size_t at = 0; at < rows.size(); ++at)
        if (static_cast<std::size_t>(rows[at].outcome) != at) return false;
    return true;
}();
static_assert(in_order, "row_of() looks up by position");

} // namespace

std::string_view to_string(ConsoleOutcome outcome) noexcept {
    return row_of(outcome).name;
}

std::span<const ConsoleOutcome> all_console_outcomes() noexcept {
    return outcomes;
}

std::string_view hint_of(ConsoleOutcome outcome) noexcept {
    return row_of(outcome).hint;
}

Error console_error(ConsoleOutcome outcome, std::string detail, std::string native) {
    const auto& row = row_of(outcome);
    if (detail.empty()) detail = row.what;
    auto code = std::string(row.name);
    if (!native.empty()) code += ", " + native;
    return Error(row.phase, row.code, std::move(detail))
        .with_native(std::move(code))
        .with_hint(row.hint);
}

} // namespace rdpsweep::serial
