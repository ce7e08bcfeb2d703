// Which fixes a host gets, in which steps, and why what else is broken on it gets none. Pure.
#pragma once

#include "scanner/fix/plan_step.hpp"

#include <span>
#include <string>
#include <vector>

namespace rdpsweep {

// What a rule finds and the plan does not cure.
struct LeftOut {
    std::string rule; // empty: the host as a whole
    Message why;
};

struct HostPlan {
    std::vector<PlanStep> steps; // in order; empty: nothing is done
    std::vector<LeftOut> left;   // everything broken, and what was asked for and refused
};

// Parts the fixes that were asked for into steps. One that may come only after another is in a
// later step, and brings the other along, unless fixes were named and the other is not among them.
HostPlan plan_host(const Facts& facts, std::span<const Finding> findings, const PlanWishes& wishes);

// Tells whether a host has a finding that was asked to be cured.
bool asks_for(std::span<const Finding> findings, const PlanWishes& wishes);

} // namespace rdpsweep
