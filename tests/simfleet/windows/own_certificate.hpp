// What SessionEnv does about Windows' own RDP certificate, and what a change of it comes to.
#pragma once

#include "core/change.hpp"
#include "tests/simfleet/windows/state.hpp"

#include <string>

namespace simfleet {

// As change.ps1 tells it.
std::string certificate_state(const State& state, const rdpsweep::Change& change);

// The old pair put aside and a new one made, or the old one put back.
void set_certificate(State& state, const rdpsweep::Change& change, const std::string& to);

} // namespace simfleet
