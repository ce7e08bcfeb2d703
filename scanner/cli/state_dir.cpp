// Reads STATE_DIRECTORY, XDG_STATE_HOME, HOME and the account for the folder of runs and pins.
#include "scanner/cli/state_dir.hpp"

#include <cstdlib>
#include <pwd.h>
#include <unistd.h>
#include <vector>

namespace rdpsweep {

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

// Returns the home of the account we run as; empty when it has none.
std::string home_of_account() {
    std::vector<char> room(16u << 10);
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(geteuid(), &entry, room.data(), room.size(), &found) != 0) return {};
    return found == nullptr || found->pw_dir == nullptr ? "" : found->pw_dir;
}

std::string home() {
    auto given = variable("HOME");
    return given.starts_with('/') ? given : home_of_account();
}

} // namespace

std::string user_config_file() {
    constexpr auto file = "/rdpsweep/config.yaml";
    // The XDG base directory specification: a relative value is to be ignored.
    if (const auto folder = variable("XDG_CONFIG_HOME"); folder.starts_with('/'))
        return folder + file;
    const auto below = home();
    return below.starts_with('/') ? below + "/.config" + file : "";
}

std::string default_state_dir() {
    // systemd names several folders with colons between them; the unit's first one is ours.
    const auto given = variable("STATE_DIRECTORY");
    if (auto first = given.substr(0, given.find(':')); first.starts_with('/')) return first;
    // The XDG base directory specification: a relative value is to be ignored.
    if (const auto state = variable("XDG_STATE_HOME"); state.starts_with('/'))
        return state + "/rdpsweep";
    // Never below the folder we were started in, which may be anybody's.
    const auto below = home();
    return below.starts_with('/') ? below + "/.local/state/rdpsweep" : "";
}

} // namespace rdpsweep
