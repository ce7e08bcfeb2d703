// /disk of facts/1: how far what was read from a disk can be trusted, and when its Windows last
// ran.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

// How a registry hive was found: as Windows closed it; with changes in its log, all of which were
// brought in; or with changes that could not be.
enum class HiveState : std::uint8_t { clean, replayed, untrusted };

// One element of /disk/hives.
struct HiveFacts {
    std::string name;                   // n: SYSTEM, SOFTWARE, BCD
    HiveState state = HiveState::clean; // state
    std::uint32_t entries = 0;          // entries: of the log, that were brought in
};

// How the volume of Windows was found: cleanly dismounted; with changes in its journal that were
// not brought in, as of any VM that runs, so that names and rights of files may be old; or damaged.
enum class VolumeState : std::uint8_t { clean, dirty, untrusted };

// /disk: there where the facts were read from a disk
struct DiskFacts {
    std::vector<HiveFacts> hives;                  // hives
    std::optional<VolumeState> volume;             // volume
    std::vector<std::string> windows;              // windows: more than one; the first was read
    bool hibernated = false;                       // hibernated
    std::optional<std::int64_t> stopped;           // stopped_utc: the last clean shutdown
    std::optional<std::int64_t> listener_written;  // written/rdp_tcp: the key of RDP-Tcp
    std::optional<std::int64_t> schannel_written;  // written/schannel: the newest below SCHANNEL
    std::optional<std::int64_t> own_store_written; // written/cert: the newest below Remote Desktop
};

} // namespace rdpsweep
