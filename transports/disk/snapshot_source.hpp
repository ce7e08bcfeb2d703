// A disk that is a snapshot of Azure: one that somebody made, or one that is made for this visit
// and goes with it.
#pragma once

#include "core/places.hpp"
#include "transports/azure/locks.hpp"
#include "transports/azure/snapshot.hpp"
#include "transports/azure/snapshot_ledger.hpp"
#include "transports/disk/sas_blocks.hpp"

#include <memory>
#include <string>

namespace rdpsweep::disk {

class SnapshotSource : public SasSource {
public:
    // Says on the attempt what was read.
    virtual void tell(Attempt& attempt) const = 0;

    // Ends what was begun: the access, and a snapshot of ours. It has a time of its own, and is
    // called once, when nothing reads any more. Error{open, ...}: what is left in Azure.
    virtual Task<Status> finish() = 0;
};

// So many snapshots of ours there are at once, each from before it is made until it is deleted.
inline constexpr std::size_t most_snapshots = 16;

// What the visits of a run share.
class Snapshots {
public:
    // Both must outlive it. ledger: null where none may be made.
    Snapshots(azure::Arm& arm, azure::SnapshotLedger* ledger)
        : arm_(arm), ledger_(ledger), locks_(arm) {}

    [[nodiscard]] bool may_make() const noexcept { return ledger_ != nullptr; }

    // Looks at a snapshot that is there. Nothing is written. Errors are those of find_snapshot().
    Task<Result<std::unique_ptr<SnapshotSource>>> find(std::string id, HostDeadline& deadline);

    // Makes a snapshot of the OS disk of a VM, once it is in the ledger. Error{open, ...}: it
    // cannot be made, or could never be removed (a lock); nothing is left then, or it is in the
    // ledger.
    Task<Result<std::unique_ptr<SnapshotSource>>> make(std::string vm, HostDeadline& deadline);

private:
    Task<Status> check_locks(const azure::OsDisk& disk, HostDeadline& deadline);

    azure::Arm& arm_;
    azure::SnapshotLedger* ledger_;
    azure::Locks locks_;
    Places places_{most_snapshots};
};

} // namespace rdpsweep::disk
