// How far a plan may go, and which run it may be made from. Pure.
#pragma once

#include "scanner/fix/plan.hpp"

#include <cstdint>

namespace rdpsweep {

// Returns Error{config, unsupported} when more hosts are planned for than the wishes allow.
Status check_scope(const Plan& plan, const PlanWishes& wishes);

// Returns Error{config, unsupported} for what no plan may be asked for.
Status check_wishes(const PlanWishes& wishes);

// Returns Error{config, unsupported} for a run of a time to come: it would be fresh for as long as
// its author likes.
Status check_clock(const RunInfo& run, std::int64_t now);

} // namespace rdpsweep
