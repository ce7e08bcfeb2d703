// From the words of a command line to a verb that can be run.
#pragma once

#include "scanner/cli/names.hpp"
#include "scanner/cli/presets.hpp"
#include "scanner/cli/verb.hpp"

#include <any>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

struct CommandLine {
    std::string verb; // "fix plan"
    cli::Asked asked; // its options as given, and what it runs

    // Set when there is nothing to run: --help or a mistake. The text goes to stdout
    // when the status is 0, else to stderr.
    std::optional<int> exit;
    std::string text;

    // Returns the struct of the verb. Given is that struct, and exit is not set.
    template <class Given>
    [[nodiscard]] const Given& given() const {
        return *std::any_cast<const std::shared_ptr<Given>&>(asked.given);
    }
};

// Reads the command line (without the program's name), and what the verb's options are preset to
// where configure is given. Never throws, and never touches a file itself.
CommandLine parse_command_line(
    const std::vector<std::string>& args,
    cli::Verbs verbs,
    const CliNames& names,
    const cli::Configure& configure = {}
);

} // namespace rdpsweep
