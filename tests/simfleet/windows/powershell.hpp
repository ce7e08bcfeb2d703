// powershell.exe as far as a collector needs it.
#pragma once

#include "tests/simfleet/windows/interpreter.hpp"

#include <string_view>

namespace simfleet {

// arguments: what follows "powershell.exe" on the command line.
Execution run_powershell(const Job& job, std::string_view arguments, Stats& stats);

// A script that stands by itself, with the parameters of the collector in the environment.
Execution run_script(const Job& job, std::string_view script, Stats& stats);

// "#< CLIXML" with one progress record, as PowerShell prints it on stderr without any error.
std::string clixml_progress();

} // namespace simfleet
