// Where a disk keeps its boot configuration, and which Windows that starts.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "offline/facts/open_hive.hpp"
#include "offline/facts/volumes.hpp"

namespace rdpsweep::offline {

struct BootStore {
    std::unique_ptr<OpenHive> hive; // null: there is none,
    std::optional<Error> failure;   // or it cannot be read
};

// Looks for BCD: on the EFI system partition, or in the folder Boot of a volume of NTFS.
BootStore find_boot(DiskVolumes& disk);

// Returns the one of several places that the boot configuration starts by default; nothing where it
// names none of them.
std::optional<std::size_t>
booted_place(const DiskVolumes& disk, const std::vector<std::size_t>& places, const Hive& boot);

} // namespace rdpsweep::offline
