// Snapshots of disks (Microsoft.Compute/snapshots): made, read through a SAS, deleted. Every step
// may be repeated.
#pragma once

#include "core/secret.hpp"
#include "transports/azure/disk_view.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace rdpsweep::azure {

// How long the access to a snapshot lasts; a second request begins it anew.
inline constexpr std::chrono::seconds access_life{30 * 60};

// The tag that says of a snapshot that it is ours, and of which run: what lacks it is not touched.
inline constexpr auto snapshot_tag = "rdpsweep";
std::string snapshot_tag_value(const std::string& run);

// Returns the id of a new snapshot of a disk, in the disk's own resource group, under a name that
// nothing else has: "rdpsweep-RUN-" and 12 random digits.
std::string new_snapshot_id(const std::string& disk, const std::string& run);

// Tells whether text is the ARM id of a snapshot.
bool is_snapshot_id(std::string_view text);

struct SnapshotOrder {
    std::string id; // under which it is made
    OsDisk disk;
    std::string run;
};

// What is known of a snapshot that was asked for.
enum class Existence : std::uint8_t {
    no,      // Azure refused it
    perhaps, // the answer was lost: it may come to be
    yes,
};

struct Making {
    Status done;
    Existence there = Existence::perhaps;
};

// Makes an incremental snapshot with our tag, and waits until it is complete and of that very disk.
// Its error, of Phase::open, says how far it came; what there is has to be removed then.
Task<Making> make_snapshot(Arm& arm, const SnapshotOrder& order, HostDeadline& deadline);

// Begins access to the bytes of a snapshot, for reading, and returns the SAS. Error{open, ...}.
Task<Result<Secret>> begin_access(Arm& arm, std::string snapshot, HostDeadline& deadline);

// Ends every access to the bytes of a snapshot. Error{open, ...}.
Task<Status> end_access(Arm& arm, std::string snapshot, HostDeadline& deadline);

enum class Removal : std::uint8_t {
    removed,
    absent,  // nothing is there under that id
    not_ours // what is there lacks our tag of that run, and was left alone
};

// Ends the access to a snapshot of that run and deletes it, and waits until it is gone. Error{open,
// ...}: it may be there still.
Task<Result<Removal>>
remove_snapshot(Arm& arm, std::string id, std::string run, HostDeadline& deadline);

} // namespace rdpsweep::azure
