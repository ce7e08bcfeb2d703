// What the totals of a run mean for the shell.
#pragma once

#include "core/outcome.hpp"
#include "scanner/options/scan_options.hpp"

namespace rdpsweep {

// Returns 0, or exit_findings, exit_incomplete, exit_findings_incomplete: findings at or above
// fail_on, more than max_unassessed targets not assessed, or both. Neither masks the other.
int verdict_status(
    const Totals& totals, const FailOn& fail_on, std::size_t max_unassessed
) noexcept;

} // namespace rdpsweep
