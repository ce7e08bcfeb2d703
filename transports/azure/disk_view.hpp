// What Azure says of a VM's OS disk and of a snapshot, and why one cannot be read: said before
// anything is made or opened.
#pragma once

#include "transports/azure/arm.hpp"

#include <string>

namespace rdpsweep::azure {

// The role that these errors name: what our identity needs.
inline constexpr std::string_view scan_disk_role =
    "give our identity the role in docs/azure-roles/scan-disk.json; after a new assignment wait a "
    "few minutes";

// The OS disk of a VM, as far as a copy of it can be made and read.
struct OsDisk {
    std::string id; // as Azure writes it
    std::string location;
    std::string unique_id;  // Azure's own; empty: not said
    std::string down_since; // when its VM let go of it (deallocated), as Azure writes the time;
                            // empty: it has it, or Azure does not say
};

// A snapshot that somebody made.
struct SnapshotView {
    std::string id;
    bool being_read = false; // somebody has access to its bytes
};

// Looks at a VM and at its OS disk. Error{open, blocked_by_policy}: the disk is encrypted (Azure
// Disk Encryption, confidential), or may not be read over the network; unsupported: no managed
// disk, or no disk that stays (ephemeral); else what Azure said of the look.
Task<Result<OsDisk>> find_os_disk(Arm& arm, std::string vm, HostDeadline& deadline);

// Looks at a snapshot. Errors as of find_os_disk(); throttled: it is not complete yet.
Task<Result<SnapshotView>> find_snapshot(Arm& arm, std::string id, HostDeadline& deadline);

// Puts what was being done before what Azure said of it, in Phase::open. Where rights are missing,
// the hint names the role.
Error while_doing(std::string_view stage, const Error& error);

} // namespace rdpsweep::azure
