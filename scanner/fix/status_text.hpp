// Where the hosts of a plan are, for a human.
#pragma once

#include "core/terminal_text.hpp"
#include "scanner/fix/journal.hpp"
#include "scanner/fix/plan.hpp"

#include <string>
#include <vector>

namespace rdpsweep {

// Returns "web-01  verified", and why where there is a reason.
TerminalText line_of(const PlanHost& host, FixStage stage, const std::string& why);

// Returns a line for each host; with changes what was there before and what was put in its place,
// where the copy of its disk is, and how all of it is undone.
TerminalText
show_stages(const Plan& plan, const std::vector<JournalEntry>& entries, bool with_changes);

// Returns "37:9F3K": how many hosts, and the end of the plan's id. Typing it takes a look at the
// plan.
std::string phrase_of(const Plan& plan);

} // namespace rdpsweep
