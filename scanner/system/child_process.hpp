// Runs a program of the user's own and takes what it prints: no shell, bounded in time and output.
#pragma once

#include "core/result.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace rdpsweep {

struct ProgramLimits {
    std::chrono::milliseconds time{30'000};
    std::size_t bytes = 64u << 10;
};

// Returns what argv prints on stdout. Its stdin is empty, its stderr is ours, its environment ours
// without our secrets (child_environment.hpp), and before that what more has, "NAME=value" each.
// what names it in errors, so that no argument (it might be a token) is shown. Blocking. When the
// time is up it is killed with all it started. Error{config, ...}: name_not_found, local_limit,
// timed_out, output_limit, or nonzero_exit; what was read until then is overwritten.
Result<std::string> run_program(
    const std::vector<std::string>& argv,
    const ProgramLimits& limits,
    const std::string& what,
    const std::vector<std::string>& more = {}
);

} // namespace rdpsweep
