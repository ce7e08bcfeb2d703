// Reads XDG_STATE_HOME and HOME for the folder of runs and pins.
#include "scanner/cli/state_dir.hpp"

#include <cstdlib>

namespace rdpsweep {

std::string default_state_dir() {
    const auto variable = [](const char* name) -> std::string {
        const char* value = std::getenv(name);
        return value == nullptr ? "" : value;
    };
    // The XDG base directory specification: a relative value is to be ignored.
    if (const auto state = variable("XDG_STATE_HOME"); state.starts_with('/')) {
        return state + "/rdpsweep";
    }
    if (const auto home = variable("HOME"); home.starts_with('/')) {
        return home + "/.local/state/rdpsweep";
    }
    return ".rdpsweep";
}

} // namespace rdpsweep
