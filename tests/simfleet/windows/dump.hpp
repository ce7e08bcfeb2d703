// The simulated machines as a file, for a harness that runs the real scripts on them.
#pragma once

#include "core/result.hpp"
#include "tests/simfleet/options.hpp"
#include "tests/simfleet/vm.hpp"

#include <string>

namespace simfleet {

// One machine as a JSON document on one line (ASCII):
//   {"name", "profile", "build", "now",  Unix seconds
//    "state": state_json(),
//    "loopback": [handshakes a client on the machine meets],
//    "access": {"<path>": {"descriptor": bool, "list": bool}},  what an administrator may read
//    "facts": facts_json()}
std::string machine_line(const Vm& vm, std::int64_t now);

// Writes every VM of the fleet that options describe to options.dump_states.
rdpsweep::Status dump_states(const Options& options);

} // namespace simfleet
