// Azure Run Command (the action, "v1"): a script by the VM's agent, as SYSTEM, without a network
// path from here. Slow, narrow (the last 4,096 bytes of output) and one at a time per VM.
#pragma once

#include "transports/services.hpp"
#include "transports/transport.hpp"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string_view>

namespace rdpsweep::azure {

inline constexpr std::string_view run_command_name = "run-command";

inline constexpr std::size_t run_command_tail = 4096; // bytes that Azure keeps of each stream

// Makes the transport; services.azure must outlive it; without one every open() is Error{config,
// unsupported}.
Result<std::unique_ptr<Transport>> make_run_command(Services& services);

// Reads the streams in a Run Command's result: elements ComponentStatus/StdOut/... and
// .../StdErr/.... Error{decode, malformed_output} when there is no StdOut.
Result<CommandOutput> read_run_command(const nlohmann::json& result);

// Returns the request's body: the script, its prologue, and what changes from run to run as
// parameters.
std::string run_command_body(const Script& script, const ScriptInput& input);

} // namespace rdpsweep::azure
