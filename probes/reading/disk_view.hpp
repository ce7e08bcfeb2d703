// What it means that facts were read from a VM's disk: what ran was not seen, and what stands
// there may be old.
#pragma once

#include "core/facts.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace rdpsweep {

// Tells whether the facts were read from a disk, and not of a running Windows.
bool read_from_disk(const Facts& facts) noexcept;

// Tells whether nothing but its disk speaks for the VM: no handshake completed.
bool known_from_disk_alone(const Facts& facts) noexcept;

// Tells whether pointer was not read because only a running Windows could tell.
bool needs_running(const Facts& facts, std::string_view pointer) noexcept;

// Returns the newest sign that Windows ran: its last clean shutdown, the newest record of its logs,
// or the newest of the keys whose times are known; nothing where the disk tells none.
std::optional<std::int64_t> last_alive(const Facts& facts) noexcept;

// Returns where the window of events ends: at the VM's clock; of a disk at the newest record,
// because a VM that stopped on Friday has no event of Monday; else now.
std::int64_t window_end(const Facts& facts, std::int64_t now) noexcept;

// Parts of a disk, as bits.
namespace disk_part {
inline constexpr std::uint32_t system_hive = 1;
inline constexpr std::uint32_t software_hive = 2;
inline constexpr std::uint32_t files = 4; // names, rights and contents of files
inline constexpr std::uint32_t boot = 8;  // the hive BCD
} // namespace disk_part

// Returns the parts that what stands at pointer was read from; 0 for what is not of the disk.
std::uint32_t parts_behind(std::string_view pointer) noexcept;

// Returns the parts that may be old or damaged: hives whose changes could not be brought in, files
// of a volume whose journal was not, everything on a damaged one. 0 where no disk was read.
std::uint32_t unsure_parts(const Facts& facts) noexcept;

// Tells whether a key file may be there, or have other rights, although the disk says no: the
// folder, or the certificate that names the file, may be old.
bool keys_unsure(const Facts& facts) noexcept;

} // namespace rdpsweep
