// Whether a plan is what its run gives. A plan's digest says only that the file is whole, and
// anybody can make one: what is believed is the run that is stored here.
#pragma once

#include "scanner/fix/plan.hpp"
#include "scanner/store/run_store.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rdpsweep {

// Opens the run that a plan names: by its whole id, no beginning of one and not "last".
// Error{config, not_found} when there is none in that state directory.
Result<StoredRun> open_origin(const Plan& plan, const std::string& state_dir);

// Makes the plan again from its run's hosts, as its author asked for it, and compares. text: the
// plan's file. Error{config, malformed_output} names the first difference: of which host, which
// member, what the run gives and what the plan has. The plan's own word is taken for its id, its
// time, which may not be to come, its author and its version.
Status hold_against(const Plan& plan, std::string_view text, StoredRun& stored, std::int64_t now);

// Does the same with the run in that state directory. Error{config, not_found}: it has none.
Status hold_against_run(const Plan& plan, std::string_view text, const std::string& state_dir);

// Returns a line for a person who reads the plan where its run is not.
TerminalText not_held_note(const Plan& plan, const std::string& state_dir);

} // namespace rdpsweep
