// What the totals of a run mean for the shell.
#pragma once

#include "core/outcome.hpp"
#include "reports/changes/difference.hpp"
#include "scanner/options/fail_on_change.hpp"
#include "scanner/options/scan_options.hpp"

namespace rdpsweep {

// Returns 0, or exit_findings, exit_incomplete, exit_findings_incomplete: findings at or above
// fail_on, more than max_unassessed targets not assessed, or both. Neither masks the other.
int verdict_status(
    const Totals& totals, const FailOn& fail_on, std::size_t max_unassessed
) noexcept;

// Returns 0, or exit_findings for new findings and worse hosts, exit_incomplete for hosts that
// became unassessable, if that is what fails.
int change_status(const Difference& difference, FailOnChange fail_on);

// Returns what both say of a run that was compared with another one: findings as of
// change_status(), and hosts that are not assessed as of verdict_status(), but for --fail-on
// unassessable, where those alone count that became so.
int change_status(
    const Difference& difference,
    const Totals& totals,
    FailOnChange fail_on,
    std::size_t max_unassessed
);

} // namespace rdpsweep
