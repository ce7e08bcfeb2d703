// What a run takes over from an earlier one: --resume and --rerun.
#pragma once

#include "core/terminal_text.hpp"
#include "scanner/run/run_setup.hpp"
#include "scanner/store/run_store.hpp"

#include <string>
#include <vector>

namespace rdpsweep {

// Returns the options that a stored run was made with. Error{config, ...} when it was stored by a
// version that kept only the command line, which is read by nobody: it says how a run looked, and
// not what this program would make of it. Error, too, for a member that this version cannot read.
Result<ScanOptions> options_of_run(const StoredRun& stored);

// Returns the options to run with. --resume RUN alone means the options that the run was begun
// with, and its reports, which are then written anew where they were; a run whose version kept
// relative names of them, which say nothing in another folder, needs --report again. --rerun RUN
// alone means the same scope and options in a new run; its reports must not replace those of the
// first.
Step<ScanOptions> recall_options(const ScanOptions& asked);

// Returns the line that names the files of reports that were recalled, and are not as asked; empty
// where there are none.
TerminalText told_of_reports(const ScanOptions& asked, const ScanOptions& recalled);

// Keeps only the targets that --rerun means, and says how many.
Step<void> keep_those_of_rerun(const ScanOptions& options, Inventory& inventory, Speaker& speaker);

// Resumes a run: counts the hosts that the earlier run assessed as done; the others are visited
// again. The setup's run becomes the earlier one, with the options that it was begun with.
Step<void> resume(RunSetup& setup);

// Returns args with that option set to value, whether or not it was among them.
std::vector<std::string>
with_option(std::vector<std::string> args, const std::string& option, std::string value);

} // namespace rdpsweep
