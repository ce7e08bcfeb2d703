// Where options are preset: the environment first, then the files of this user and this machine.
#pragma once

#include "scanner/cli/presets.hpp"
#include "scanner/verbs/config_file.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

struct Presets {
    std::vector<ConfigFile> files; // the later one wins

    // Returns what an option of a verb is preset to: by its variable (RDPSWEEP_JOBS), by NO_COLOR
    // or STATE_DIRECTORY where it is about that, or by a file; there the verb's own wins.
    [[nodiscard]] std::optional<cli::PresetValue>
    of(std::string_view verb, const cli::Option& option) const;
};

// Reads the file of --config or, without one, that of $RDPSWEEP_CONFIG, else those of this machine
// and this user that are there.
Presets read_presets(const std::string& file, Problems& problems);

// Reads the configuration for a command line.
cli::Configuration read_configuration(const std::string& file);

} // namespace rdpsweep
