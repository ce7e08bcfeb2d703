// <state>/snapshots.jsonl: which snapshots of disks runs asked Azure for, written before they are
// asked for, and which of them are gone. What a killed run leaves has its name here.
#pragma once

#include "core/result.hpp"
#include "scanner/store/audit.hpp"
#include "scanner/store/state_folder.hpp"
#include "transports/azure/snapshot_ledger.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

struct OpenSnapshot {
    azure::SnapshotEntry entry;
    std::int64_t at = 0; // when it was written down, Unix seconds
};

// Reads the lines of a journal; a torn last one was never relied on, and is passed over. Error{
// config, malformed_output}: another line is none of ours, and is named.
Result<std::vector<OpenSnapshot>> read_snapshot_lines(std::string_view text);

// Tells whether a process writes that run now. A run whose lock cannot be looked at counts as one
// that lives: what is its own is not for us to delete.
bool run_lives(const std::string& state_dir, const std::string& run);

// Each line is written under the lock of the file, so that several runs may share it.
class SnapshotJournal final : public azure::SnapshotLedger {
public:
    explicit SnapshotJournal(std::string state_dir) : state_dir_(std::move(state_dir)) {}

    // Says which run makes snapshots now, and where it is recorded that it does. Both must outlive
    // it.
    void begin(const std::string& run, AuditLog& audit);

    [[nodiscard]] const std::string& run() const noexcept override { return run_; }

    Status open(const azure::SnapshotEntry& entry) override;
    Status close(const std::string& id) override;

    // Returns the snapshots that are not known to be gone, of all runs. Empty where there is no
    // file. Error{config, ...}: as of read_snapshot_lines(), or of a file that is not ours alone.
    [[nodiscard]] Result<std::vector<OpenSnapshot>> left() const;

private:
    Status append(std::string line);
    [[nodiscard]] Status fit(const StateFolder& folder) const;
    [[nodiscard]] Status fit_if_large(const StateFolder& folder, Descriptor& file) const;

    std::string state_dir_;
    std::string run_;
    AuditLog* audit_ = nullptr;
};

} // namespace rdpsweep
