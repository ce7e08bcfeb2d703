// Where runs and pins are kept unless --state says otherwise.
#pragma once

#include <string>

namespace rdpsweep {

// Returns $XDG_STATE_HOME/rdpsweep, else ~/.local/state/rdpsweep, else ./.rdpsweep without a home.
std::string default_state_dir();

} // namespace rdpsweep
