// Targets that are disks: those of --disk and --snapshot-id, and what holds of one that nothing
// else leads to.
#pragma once

#include "scanner/inventory/inventory.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// Makes a target of each file: called by the file's name, or by its whole path where two files have
// one name.
void read_disks(
    const std::vector<std::string>& files, const ReadContext& context, InventorySource& source
);

// Makes a target of each snapshot, by its ARM id: called by its own name, or by the whole id where
// two have one name.
void read_snapshots(
    const std::vector<std::string>& ids, const ReadContext& context, InventorySource& source
);

// Tells whether a target's disk is all that is known of it: no network and no Azure leads there.
bool has_only_disk(const Target& target) noexcept;

// Returns the transport that reads disks.
std::string_view disk_transport() noexcept;

} // namespace rdpsweep
