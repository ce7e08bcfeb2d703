// The cmd.exe and powershell.exe of a simulated VM: a handful of trivial commands, and the
// collector script.
#pragma once

#include "tests/simfleet/stats.hpp"
#include "tests/simfleet/vm.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simfleet {

// A shell's variables as the client set them; names are compared without case, as on Windows.
using Environment = std::vector<std::pair<std::string, std::string>>;

// Null when there is none of that name.
const std::string* find_variable(const Environment& environment, std::string_view name);

struct Job {
    const Vm& vm;
    const Environment& environment;
    std::string user;                 // "SIM\sweeper"
    std::string line;                 // what cmd.exe gets: command and arguments joined by spaces
    std::optional<std::string> input; // all of stdin, once it has ended
};

struct Execution {
    std::string out;
    std::string err;
    std::uint32_t exit_code = 0;
    bool wants_input = false; // cannot begin before stdin has ended; nothing else is set
    bool powershell = false;  // takes powershell.exe's time to start
};

// Runs one command line. A line cmd.exe would misread, or a script that is not the collector, is
// also noted in stats.
Execution execute(const Job& job, Stats& stats);

} // namespace simfleet
