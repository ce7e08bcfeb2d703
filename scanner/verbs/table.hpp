// The table of verbs.
#pragma once

#include "scanner/cli/verb.hpp"

namespace rdpsweep {

// Returns every verb, in the order of --help.
cli::Verbs all_verbs();

// Returns those of them that begin with "fix".
cli::Verbs fix_verbs();

} // namespace rdpsweep
