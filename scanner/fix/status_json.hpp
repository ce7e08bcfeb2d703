// What became of every host of a plan, for programs.
#pragma once

#include "scanner/fix/journal.hpp"
#include "scanner/fix/plan.hpp"

#include <string>
#include <vector>

namespace rdpsweep {

// Writes rdpsweep.fix-status/1:
// {"schema","plan","run","hosts":[{"name","id","stage","why","at","fixes",
// "changes":[{"kind","place","name","before","after"}]}]}. before is the state that was found and
// written down ahead of the first write, after what was planned; no changes: nothing was written.
std::string status_json(const Plan& plan, const std::vector<JournalEntry>& entries);

} // namespace rdpsweep
