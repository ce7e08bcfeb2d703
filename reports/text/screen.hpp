// The parts of the final screen. Each gives at most the lines it was asked for and says what it
// left out.
#pragma once

#include "core/outcome.hpp"
#include "reports/changes/difference.hpp"
#include "reports/digest.hpp"
#include "reports/messages/catalogue.hpp"
#include "reports/text/line.hpp"

#include <cstddef>
#include <vector>

namespace rdpsweep {

struct Scene {
    const FleetReport& report;
    const Digest& digest;
    const std::vector<HostResult>&
        few; // all hosts of a fleet small enough to show each; else empty
    const Catalogue& messages;
    const Difference* difference = nullptr; // since another run; null: none is known
};

using Lines = std::vector<Line>;

// Returns which run it was, when, and how long.
Lines header_lines(const Scene& scene);

// Returns what changed since another run, where one is known, and the verb that shows it.
Lines change_lines(const Scene& scene);

// Returns the sum over all targets, before any finding; then the verdicts.
Lines completeness_lines(const Scene& scene);

// Returns what makes this run less trustworthy than it looks: --insecure, an interruption.
Lines warning_lines(const Scene& scene, std::size_t most);

// Returns root causes with counts and names; identical evidence folded below each.
Lines cause_lines(const Scene& scene, std::size_t most);

Lines at_risk_lines(const Scene& scene, std::size_t most);
Lines not_judged_lines(const Scene& scene, std::size_t most);
Lines not_assessed_lines(const Scene& scene, std::size_t most);

// Returns commands to run next.
Lines next_lines(const Scene& scene);

// Returns each host of a small fleet with its evidence and its attempts.
Lines host_lines(const Scene& scene, std::size_t most);

} // namespace rdpsweep
