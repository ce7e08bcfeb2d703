// The volumes of a disk that can be looked into, and the Windows that lies on one of them.
#pragma once

#include "core/result.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "offline/ntfs.hpp"
#include "offline/partition_table.hpp"
#include "offline/source.hpp"

namespace rdpsweep::offline {

struct Volume {
    std::size_t number = 0; // of its partition, from 1
    Partition partition;
    std::unique_ptr<ByteSource> bytes;
    std::optional<NtfsVolume> ntfs;
    std::optional<Error> failure; // why an NTFS volume could not be opened, or looked into
};

struct DiskVolumes {
    TableKind table = TableKind::none;
    std::vector<Volume> volumes; // all partitions, in the table's order
};

// Opens the volumes of a disk, which must outlive them.
Result<DiskVolumes> open_volumes(ByteSource& disk);

// Returns the places of the volumes that hold a Windows, at least one. Error{run, ...} says what
// hides it, or what there is instead: blocked_by_policy (encrypted), unsupported, malformed_output,
// not_found.
Result<std::vector<std::size_t>> find_windows(DiskVolumes& disk);

// Returns "partition 3 (NTFS, 126 GiB)".
std::string volume_name(const Volume& volume);

} // namespace rdpsweep::offline
