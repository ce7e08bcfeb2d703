// Snapshots that runs which were killed left in Azure: found in the journal, and removed before
// new ones are made.
#pragma once

#include "scanner/run/run_setup.hpp"

namespace rdpsweep {

// Lets the run make snapshots (--disk-snapshots; else it does nothing), and removes those that
// earlier runs left: only what carries our tag of that run, and of a run that does not live. Says
// what became of each. Call it once the run has its id and its lock, before the first host. Fails
// where the journal cannot be read: nothing may be made that could not be written down.
Step<void> begin_snapshots(RunSetup& setup, Speaker& speaker);

// Says which snapshots of this run are left in Azure, where any are.
void tell_snapshots_left(const RunSetup& setup, Speaker& speaker);

// Returns the command that removes a snapshot: an access to it is ended first.
std::string removal_command(const std::string& id);

} // namespace rdpsweep
