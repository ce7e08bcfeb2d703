// What the VM's agent does with a script that Run Command brings: it calls it with its parameters
// by name, as PowerShell does.
#pragma once

#include "tests/simfleet/stats.hpp"
#include "tests/simfleet/windows/interpreter.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <utility>
#include <vector>

namespace simfleet {

struct AgentScript {
    std::string text;
    std::vector<std::pair<std::string, std::string>> parameters; // name and value, as sent
};

// Returns the script in a body's "script" (lines, or one text) and its "parameters".
AgentScript agent_script(const nlohmann::json& body);

// Runs it on the VM: rdpsweep's scripts as they are, anybody else's as far as a few plain
// statements go. A script that declares no parameters gets them as $args; one with
// [CmdletBinding()] that does not declare one of them is not run.
Execution run_by_agent(const Vm& vm, const AgentScript& script, Stats& stats);

// The same on a VM with Linux, whose shell has the parameters as variables.
Execution run_by_shell(const AgentScript& script);

// Returns as much of an output as Azure keeps: its end.
std::string kept_output(const std::string& text);

} // namespace simfleet
