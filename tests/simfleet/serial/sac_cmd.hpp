// The tools of cmd.exe that tell of a machine: reg query, sc queryex, netstat, tasklist, as far as
// a reader needs them, with findstr behind a pipe. English words; the columns are those of Windows.
#pragma once

#include "tests/simfleet/vm.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace simfleet {

// What the line prints, with CR LF; nothing for one that is not known here.
std::optional<std::string> run_cmd_tool(const Vm& vm, std::string_view line);

} // namespace simfleet
