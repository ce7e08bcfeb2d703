// Which plans were made from a run: its folder says so, since a plan's file may be anywhere.
#pragma once

#include "core/result.hpp"
#include "scanner/store/state_folder.hpp"

#include <cstdint>
#include <string>

namespace rdpsweep {

// Notes in the folder of a stored run that a plan was made from it. expires: Unix seconds.
Status note_plan(
    const std::string& state_dir,
    const std::string& run,
    const std::string& plan,
    std::int64_t expires
);

// Returns the plan for which a run has to stay: one that is still valid, or was applied, so that
// its journal is in the state directory. Empty: there is none. now: Unix seconds.
std::string plan_of(const StateFolder& state, const StateFolder& run, std::int64_t now);

} // namespace rdpsweep
