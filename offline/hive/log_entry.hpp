// An entry of a hive's log, as Windows 8.1 and later write them: pages, and hashes over all of it.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <optional>
#include <vector>

#include "offline/source.hpp"

namespace rdpsweep::offline {

// Bytes of a hive, and where in the log they are.
struct LoggedPage {
    std::uint32_t offset = 0; // from where the hive's cells begin
    std::uint32_t size = 0;
    std::uint64_t place = 0;
};

struct LogEntry {
    std::uint32_t size = 0;
    std::uint32_t flags = 0;
    std::uint32_t sequence = 0;
    std::uint32_t bins_size = 0; // of the hive, from then on
    std::vector<LoggedPage> pages;
};

// Reads the entry at a place of a log; nothing where there is none, or one that is not as it was
// written. Fails as the log does.
Result<std::optional<LogEntry>> read_log_entry(ByteSource& log, std::uint64_t place);

// Returns how long what begins like an entry there says it is, whether it is sound or not; 0 where
// nothing begins like one.
Result<std::uint32_t> log_entry_size(ByteSource& log, std::uint64_t place);

} // namespace rdpsweep::offline
