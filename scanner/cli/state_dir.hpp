// Where runs and pins are kept unless --state says otherwise, and the user's configuration.
#pragma once

#include <string>

namespace rdpsweep {

// Returns the first folder of $STATE_DIRECTORY (systemd's StateDirectory=), else
// $XDG_STATE_HOME/rdpsweep, else .local/state/rdpsweep below $HOME or, where that is not set, below
// the account's home. Empty when there is none of these: opening it says so.
std::string default_state_dir();

// Returns rdpsweep/config.yaml below $XDG_CONFIG_HOME, else below .config of the same home. Empty
// where there is no home.
std::string user_config_file();

} // namespace rdpsweep
