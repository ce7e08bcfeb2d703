// One thing on a host that a fix sets, and what it was before: enough to do it, to see whether it
// was done, and to undo it.
#pragma once

#include "core/result.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

struct Change {
    enum class Kind : std::uint8_t {
        value,       // a registry value: place is the key below HKLM, name the value
        rights,      // the DACL of a file: place is its path
        folder,      // the DACL of a folder, for itself alone
        start,       // how a service is started: place is its name
        run,         // whether a service runs
        certificate, // Windows' own RDP certificate: place is its thumbprint, name its key file's
        boot,        // an element of the boot configuration: place is the object, name the element
        firewall,    // an inbound rule of ours for TermService: place is its name
        key,         // the DACL of a registry key: place is the key below HKLM
        account,     // as whom a service runs: place is its name
        // A task that runs once as SYSTEM and is deleted: place is its name. The change of the
        // place that name gives is made by it.
        task,
    };

    Kind kind = Kind::value;
    std::string place;
    std::string name;   // of a registry value, a key file or a boot element; see task; else empty
    std::string before; // state, see below
    std::string after;

    friend bool operator==(const Change&, const Change&) = default;
};

inline constexpr std::array all_change_kinds{
    Change::Kind::value,
    Change::Kind::rights,
    Change::Kind::folder,
    Change::Kind::start,
    Change::Kind::run,
    Change::Kind::certificate,
    Change::Kind::boot,
    Change::Kind::firewall,
    Change::Kind::key,
    Change::Kind::account,
    Change::Kind::task};

// States: "dword:1", "binary:<lower-case hex>", "absent" (the key is there, the value not),
// "absent/2" (nor are the last 2 levels of the key), "sddl:O:...D:...", "start:3" (winsvc.h),
// "stopped" and "running"; "certificate:<SelfSignedCertificate, hex or none>:<bytes of the key
// file, or none>:<hex of the store's Blob>", "renewed"; "boot:on", "boot:off", "boot:<number>";
// "rule:<TCP port>"; "account:<SID>:<name as it is written>". Planned may also be "start:enabled",
// which is any start of a service but disabled, and "account:<SID>", whatever its name. A task is
// "absent" before and after. What a script finds and cannot describe is "other:...": never the
// before or after of a change.
namespace state {
std::string dword(std::uint32_t number);
inline const std::string absent = "absent";

// Tells whether found is what was planned: equal, or both absent, or one of what was planned.
bool same(std::string_view planned, std::string_view found) noexcept;
} // namespace state

std::string_view to_string(Change::Kind kind) noexcept;

// Returns the resource it writes, as fixes declare them: "registry:HKLM\SYSTEM\...\Enabled",
// "file:C:\...", "service:TermService", "certificate:Remote Desktop\59EF...", "boot:{default}\ems".
std::string resource_of(const Change& change);

// Writes changes as they travel to a host, one a line: kind|place|name|before|after.
std::string to_lines(const std::vector<Change>& changes);

// Reads such lines back. Error{decode, malformed_output} for a line that is none.
Result<std::vector<Change>> changes_from_lines(std::string_view text);

} // namespace rdpsweep
