// WS-Management faults: what a host says when it will not, and what that means for a sweep.
#pragma once

#include "core/result.hpp"

#include <pugixml.hpp>

#include <cstdint>
#include <string>

namespace rdpsweep::winrm {

struct Fault {
    std::uint32_t code = 0; // WSManFault Code or MSFT_WmiError error_Code; 0 when none was given
    std::string subcode;    // local name of the subcode: TimedOut, AccessDenied, InvalidSelectors
    std::string reason;     // Reason/Text
    std::string message;    // the innermost message of the detail: the useful one
};

// Well-known codes (wsmerror.h, winerror.h) that steer the client.
namespace code {
inline constexpr std::uint32_t busy = 170;
inline constexpr std::uint32_t line_too_long = 2147942606;        // 0x800700CE
inline constexpr std::uint32_t key_deleted = 2147943418;          // 0x800703FA
inline constexpr std::uint32_t operation_timed_out = 2150858793;  // 0x80338029
inline constexpr std::uint32_t unexpected_selectors = 2150858843; // shell or command is gone
inline constexpr std::uint32_t quota_max_operations = 2150859174; // 0x803381A6
} // namespace code

// Reads a soap:Fault element.
Fault read_fault(const pugi::xml_node& fault);

// Returns what the fault means for the host: an Error of phase (or authenticate/open where the code
// says so), with "WSManFault <code>" as native code and a hint. Unknown codes are
// protocol_violation.
Error error_of(const Fault& fault, Phase phase);

// Tells whether the host only asks for patience: one of the quota codes that PowerShell retries
// too.
bool is_quota(std::uint32_t number) noexcept;

} // namespace rdpsweep::winrm
