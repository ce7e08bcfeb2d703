// Options that are fine by themselves and not together.
#pragma once

#include "scanner/cli/options.hpp"

namespace rdpsweep {

// What is wrong with the options of line.verb, as one sentence; empty when nothing is.
std::string contradiction(const CommandLine& line);

} // namespace rdpsweep
