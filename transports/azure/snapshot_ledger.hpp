// Where it is written down which snapshots were asked for, before they are: what a killed run
// leaves has a name there.
#pragma once

#include "core/result.hpp"

#include <string>

namespace rdpsweep::azure {

struct SnapshotEntry {
    std::string id;    // ARM id
    std::string run;   // which made it
    std::string vm;    // ARM id; of whose disk
    std::string cloud; // the control plane that has it: "https://management.azure.com"
};

class SnapshotLedger {
public:
    SnapshotLedger() = default;
    SnapshotLedger(const SnapshotLedger&) = delete;
    SnapshotLedger& operator=(const SnapshotLedger&) = delete;
    virtual ~SnapshotLedger() = default;

    // Returns the run in which snapshots are made now.
    [[nodiscard]] virtual const std::string& run() const noexcept = 0;

    // Writes a snapshot down; it is on the disk when this returns. After an error it must not be
    // asked for.
    virtual Status open(const SnapshotEntry& entry) = 0;

    // Writes down that it is gone, or was never made. After an error it is looked for once more.
    virtual Status close(const std::string& id) = 0;
};

} // namespace rdpsweep::azure
