// Takes runs out of the history, or what is no longer wanted of them.
#pragma once

#include "scanner/history/database.hpp"

#include <cstdint>

namespace rdpsweep {

// Takes out all runs of a higher number than last, and what came with them: what is left is as if
// they had never been written. In one transaction.
Status forget_after(Database& database, std::int64_t last);

// Takes out, of runs that began before a time, who was visited and what held no longer then. The
// runs themselves and their totals stay. Unix seconds. In one transaction. Returns how many runs.
Result<std::int64_t> thin_out(Database& database, std::int64_t before);

} // namespace rdpsweep
