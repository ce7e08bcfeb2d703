// The program behind main().
#pragma once

namespace rdpsweep {

// Parses the command line, runs its verb and returns the exit status. The only caller is main().
int run_cli(int argc, char** argv);

} // namespace rdpsweep
