// What a VM's serial port said since it was created, as Azure's boot diagnostics keep it, and what
// that shows. The log is untrusted text.
#pragma once

#include "transports/azure/arm.hpp"

#include <string>
#include <string_view>

namespace rdpsweep::azure {

enum class BootSign : std::uint8_t {
    none,     // nothing, or nothing that is known
    firmware, // the last that was said comes from before Windows: it may hang there
    console,  // Windows runs, and its Special Administration Console answers
    crash,    // a bugcheck was reported last
};

// Judges a log by the last known mark in it; words of no language are relied on but SAC's own and
// the firmware's.
BootSign read_boot_log(std::string_view log) noexcept;

// Fetches the log, its end if it is long. Error{inventory, ...}; name_not_found when boot
// diagnostics are off. The address that Azure gives for it is a secret and is not told.
Task<Result<std::string>> fetch_boot_log(Arm& arm, std::string vm, HostDeadline& deadline);

} // namespace rdpsweep::azure
