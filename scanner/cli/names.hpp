// The names that a command line may hold, taken from the registries that own them.
#pragma once

#include "scanner/cli/options.hpp"

namespace rdpsweep {

CliNames cli_names();

} // namespace rdpsweep
