// What options are where the command line does not say them: from the environment, or from a
// configuration file.
#pragma once

#include "scanner/cli/option.hpp"
#include "scanner/cli/verb.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::cli {

struct PresetValue {
    std::vector<std::string> texts; // as the command line would have them; several of a list
    std::string origin;             // "RDPSWEEP_JOBS", "/etc/rdpsweep/config.yaml:3:7"
    std::string verb;               // the one verb that it is for; empty: any
};

// Returns what an option of a verb is preset to; nothing where it is not.
using PresetsOf =
    std::function<std::optional<PresetValue>(std::string_view verb, const Option& option)>;

// What was read of the user's configuration.
struct Configuration {
    PresetsOf presets;
    std::string wrong; // lines about what is wrong with it; empty: nothing
};

// Reads the configuration: that file, or ("") those of this machine and this user.
using Configure = std::function<Configuration(const std::string& file)>;

// Tells whether an option may be preset at all, or has to be said for each run.
bool may_be_preset(const Option& option) noexcept;

// Sets an option to its preset; returns what is wrong with the value, else nothing.
std::optional<std::string> set_preset(const Option& option, const PresetValue& value);

// Sets what was not said, and is not ruled out by what was, to its preset. Returns what is wrong
// with a value, and where it stands; else nothing.
std::optional<std::string> apply_presets(
    std::string_view verb,
    const Options& options,
    const std::vector<const Option*>& said,
    const PresetsOf& presets
);

} // namespace rdpsweep::cli
