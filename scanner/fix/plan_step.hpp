// The steps of a host's plan: fixes that are made and verified together, and before the next ones.
// Pure.
#pragma once

#include "scanner/fix/plan.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

struct PlanStep {
    std::vector<std::string> fixes;
    std::vector<std::string> rules;
    std::vector<Change> changes;
    Restart restart = Restart::none; // the most that any of its fixes takes
};

// Returns how many steps a host's plan has: at least one.
std::size_t step_count(const PlanHost& host) noexcept;

// Returns one of them, counted from 0.
PlanStep step_of(const PlanHost& host, std::size_t number);

// Returns all up to and including that one, taken together.
PlanStep steps_through(const PlanHost& host, std::size_t last);

// Tells whether the steps hold each fix, rule and change of the host once, and none is empty.
bool steps_add_up(const PlanHost& host) noexcept;

// Appends a step to a host's plan.
void add_step(PlanHost& host, PlanStep step);

// Returns findings as they are once these fixes have helped: what they cure is ok.
std::vector<Finding>
as_after(std::span<const Finding> findings, std::span<const std::string> fixes);

} // namespace rdpsweep
