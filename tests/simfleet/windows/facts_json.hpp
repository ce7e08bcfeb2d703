// The facts/1 document a collector would print on a simulated Windows.
#pragma once

#include "tests/simfleet/windows/state.hpp"

#include <cstdint>
#include <string>

namespace simfleet {

// One line of ASCII JSON, derived from the state the way a collector on Windows derives it: by
// reading its registry, services, files and logs as the account of state.collector. now is the
// true time in Unix seconds; the document carries the VM's own idea of it. Without the handshake
// nothing is provoked in the logs either.
std::string facts_json(const State& state, std::int64_t now, bool handshake = true);

} // namespace simfleet
