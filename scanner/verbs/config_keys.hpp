// The keys that a configuration file may have, from the table of verbs.
#pragma once

#include "scanner/cli/verb.hpp"
#include "scanner/talk/problems.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// Tells whether a list may stand for an option's value.
bool takes_several(const cli::Option& option) noexcept;

class ConfigKeys {
public:
    explicit ConfigKeys(cli::Verbs verbs);

    [[nodiscard]] bool has_verb(std::string_view verb) const { return verbs_.count(verb) != 0; }

    [[nodiscard]] std::vector<std::string_view> verbs() const;

    // Finds the option of a verb, or ("") of any verb, preferably one that may be preset. Null:
    // there is none.
    [[nodiscard]] const cli::Option* find(std::string_view verb, std::string_view key) const;

    // Words that there is no such option, and what to do about it.
    [[nodiscard]] Mistake unknown(std::string_view verb, std::string_view key) const;

    // Returns what is wrong with a value that names a file by the folder we are started in.
    static std::optional<Mistake> relative(const cli::Option& option, const std::string& text);

private:
    struct Known {
        cli::Asked asked; // keeps what the options are bound to
        std::map<std::string, const cli::Option*, std::less<>> options;
    };

    std::map<std::string, Known, std::less<>> verbs_;
};

} // namespace rdpsweep
