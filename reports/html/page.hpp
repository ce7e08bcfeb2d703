// The frame of the page and its first screen: what was looked at, before what was found.
#pragma once

#include "core/outcome.hpp"
#include "reports/html/archive.hpp"
#include "reports/html/markup.hpp"

namespace rdpsweep::html {

// Returns everything up to <main>: one file, no network; the policy in its head lets a browser use
// the embedded style and script and nothing else.
Html page_head(const Words& words, const FleetReport& report);

// Returns the bar over all targets with its sum, and the verdicts of those that were assessed.
Html completeness(const Words& words, const Totals& totals);

// Returns the filter, shown by the script only; and what a reader without JavaScript does not see.
Html tools(const Words& words, const Archive& archive);

Html run_details(const Words& words, const RunInfo& run);
Html page_foot(Archive& archive);

} // namespace rdpsweep::html
