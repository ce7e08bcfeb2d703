// A hive's log as Windows 8 and before write it: one bit for each 512 bytes of the hive, then those
// of them that were about to be written. It has no hash.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <vector>

#include "offline/hive/log_entry.hpp"

namespace rdpsweep::offline {

// Returns the pages of a log for a hive whose cells take bins_size bytes, neighbours as one; none
// where the log does not have all that its bits say.
Result<std::vector<LoggedPage>> read_page_log(ByteSource& log, std::uint32_t bins_size);

} // namespace rdpsweep::offline
