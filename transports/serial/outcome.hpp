// How a visit over the serial console can end: a closed list, each with what to do about it.
#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rdpsweep::serial {

enum class ConsoleOutcome : std::uint8_t {
    ok,
    console_disabled,  // the subscription's switch is off
    bootdiag_disabled, // no boot diagnostics, no console
    vm_not_running,
    rbac_denied,
    storage_firewall, // the account of the boot diagnostics does not let the service in
    storage_bad,      // that account is gone, or of a kind that does not serve
    service_timeout,  // Azure's host side did not answer
    console_in_use,   // somebody has it, and --takeover was not said
    session_preempted,
    ws_blocked,    // the gateway cannot be reached, or is not one of Azure's
    auth_rejected, // the gateway did not take our token
    ems_disabled,  // Windows does not use the port
    no_response,   // silence
    no_echo,       // output comes, keys do not arrive
    booting,
    sac_degraded,
    cmd_unavailable, // SAC cannot start a command prompt (yet)
    cmd_disabled,    // launching was turned off
    channels_full,
    auth_failed,
    keyboard_layout_mismatch,
    not_elevated,
    clm_restricted,
    transfer_corrupt,
    probe_timeout,
    vm_rebooted,
    vm_crashed,
    channel_leaked, // in addition to another one: what we opened could not be closed
};

// Returns "console_in_use", ...
std::string_view to_string(ConsoleOutcome outcome) noexcept;

// Returns every one, in order.
std::span<const ConsoleOutcome> all_console_outcomes() noexcept;

// Returns what to do next; empty for ok alone.
std::string_view hint_of(ConsoleOutcome outcome) noexcept;

// Returns the outcome as an Error: its name is the native code, followed by native when there is
// one. detail: one sentence; empty takes the usual one. Precondition: outcome is not ok.
Error console_error(ConsoleOutcome outcome, std::string detail = {}, std::string native = {});

} // namespace rdpsweep::serial
