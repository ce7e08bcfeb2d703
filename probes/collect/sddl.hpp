// Reads security descriptors in SDDL and computes what they let somebody do.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

inline constexpr std::size_t max_sddl_bytes = std::size_t{64} * 1024;
inline constexpr std::size_t max_aces = 2048; // an ACL is at most 64 KiB in binary

// Access masks of files (winnt.h).
namespace file_access {
inline constexpr std::uint32_t all = 0x001F01FF;
inline constexpr std::uint32_t read = 0x00120089;
inline constexpr std::uint32_t write = 0x00120116;
inline constexpr std::uint32_t execute = 0x001200A0;
} // namespace file_access

// Bits of Ace::flags (winnt.h).
namespace ace_flag {
inline constexpr std::uint8_t object_inherit = 0x01;    // OI
inline constexpr std::uint8_t container_inherit = 0x02; // CI
inline constexpr std::uint8_t no_propagate = 0x04;      // NP
inline constexpr std::uint8_t inherit_only = 0x08;      // IO
inline constexpr std::uint8_t inherited = 0x10;         // ID
inline constexpr std::uint8_t audit_success = 0x40;     // SA
inline constexpr std::uint8_t audit_failure = 0x80;     // FA
} // namespace ace_flag

enum class AceKind : std::uint8_t { allow, deny, other };

struct Ace {
    AceKind kind = AceKind::other;
    std::string type;         // as written: A, D, OA, OD, XA, XD, ZA, ...
    bool conditional = false; // XA, XD, ZA, ZD: applies only when an expression holds
    bool object = false;      // OA, OD, ZA, ZD
    std::uint8_t flags = 0;
    std::uint32_t mask = 0;
    std::string sid; // "S-1-5-18"; an alias relative to a domain (DA, LA, ...) stays as written
};

// SE_DACL_* of SECURITY_DESCRIPTOR_CONTROL (winnt.h).
namespace sd_control {
inline constexpr std::uint16_t dacl_present = 0x0004;
inline constexpr std::uint16_t dacl_auto_inherit_req = 0x0100;
inline constexpr std::uint16_t dacl_auto_inherited = 0x0400;
inline constexpr std::uint16_t dacl_protected = 0x1000;
} // namespace sd_control

struct SecurityDescriptor {
    std::string owner; // as Ace::sid; may be empty
    std::string group;
    std::uint16_t control = 0; // sd_control
    bool null_dacl = true;     // no DACL at all: every account may do everything
    std::vector<Ace> dacl;     // in stored order; empty and not null_dacl: nobody may do anything
};

// Reads the descriptor in text. A SACL is skipped. Fails with Error{decode, malformed_output}, or
// output_limit above max_sddl_bytes or max_aces.
Result<SecurityDescriptor> parse_sddl(std::string_view text);

// Returns the bits of desired that a token holding exactly these SIDs gets on a file: ACEs in
// stored order, the first one that names a bit decides it, grants add up over ACEs. Inherit-only
// ACEs do not apply; generic rights are mapped as for files; a conditional allow does not count, a
// conditional deny does. The owner has READ_CONTROL and WRITE_DAC unless an OWNER RIGHTS ACE says
// otherwise.
std::uint32_t effective_access(
    const SecurityDescriptor& descriptor, std::span<const std::string> sids, std::uint32_t desired
) noexcept;

// Returns the SID of the Windows service of that name: S-1-5-80- and the five little-endian dwords
// of the SHA-1 of the upper-cased name in UTF-16LE. ASCII names only.
std::string service_sid(std::string_view service_name);

// Returns the SIDs that TermService has when it opens its key: NETWORK SERVICE, Everyone,
// Authenticated Users, SERVICE, BUILTIN\Users and its own service SID.
std::span<const std::string> termservice_sids();

} // namespace rdpsweep
