// A configuration file: options by their long names, for every verb that has them or for one.
#pragma once

#include "scanner/cli/verb.hpp"
#include "scanner/talk/problems.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

struct ConfigEntry {
    std::string verb; // "fix plan"; empty: of every verb that has the option
    std::string key;  // "max-percent"
    std::vector<std::string> texts;
    std::string origin; // "/etc/rdpsweep/config.yaml:3:7"
};

struct ConfigFile {
    std::string path;
    bool there = false;
    std::vector<ConfigEntry> entries;
};

// Whether a file may be missing.
enum class Wanted { if_there, by_name };

// Reads a file of at most 64 KiB that is root's or ours, and that nobody else may write to: what is
// in it decides whom we believe. Adds what is wrong to problems: with the file, keys that no verb
// of verbs has, options that have to be said for each run, names of files that depend on the folder
// we are started in. A value is not looked into, and not shown.
ConfigFile
read_config_file(const std::string& path, Wanted wanted, cli::Verbs verbs, Problems& problems);

} // namespace rdpsweep
