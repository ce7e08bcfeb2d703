// Where runs and pins are kept unless --state says otherwise.
#pragma once

#include <string>

namespace rdpsweep {

// Returns the first folder of $STATE_DIRECTORY (systemd's StateDirectory=), else
// $XDG_STATE_HOME/rdpsweep, else .local/state/rdpsweep below $HOME or, where that is not set, below
// the account's home. Empty when there is none of these: opening it says so.
std::string default_state_dir();

} // namespace rdpsweep
