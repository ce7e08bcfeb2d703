// Names runs and plans.
#pragma once

#include <chrono>
#include <string>

namespace rdpsweep {

// Returns "20261123T030000Z-0429f3ca1": the second, the millisecond and six random digits. Two runs
// of one second sort as they began, too: `last` is the newer one.
std::string new_run_id(std::chrono::system_clock::time_point now);

} // namespace rdpsweep
