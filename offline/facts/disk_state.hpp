// /disk: how far what was read can be trusted, and when this Windows last ran.
#pragma once

#include <string_view>
#include <vector>

#include "offline/facts/document.hpp"
#include "offline/facts/registry.hpp"
#include "offline/facts/volumes.hpp"
#include "offline/hive/replay.hpp"

namespace rdpsweep::offline {

// Adds a hive.
void put_hive(Document& document, std::string_view name, const Replay& replay);

// Puts in which state the volume is, and whether Windows sleeps on it.
void put_volume_state(Document& document, NtfsVolume& volume);

// Puts all installations, that which was read first, where there are several.
void put_installations(
    Document& document, const DiskVolumes& disk, const std::vector<std::size_t>& places
);

// Puts the last clean shutdown, and when keys that matter to RDP were written.
void put_times(Document& document, const Registry& registry);

} // namespace rdpsweep::offline
