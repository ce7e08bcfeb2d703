// Finds a plan's folder by its id.
#include "scanner/fix/plan_folder.hpp"

namespace rdpsweep {

Result<StateFolder>
plan_folder(const std::string& state_dir, const std::string& plan_id, IfMissing missing) {
    const auto state = StateFolder::open(state_dir, missing);
    if (!state) return state.error();
    const auto plans = state->folder("plans", missing);
    if (!plans) return plans.error();
    return plans->folder(plan_id, missing);
}

} // namespace rdpsweep
