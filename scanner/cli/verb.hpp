// One verb as a row of a table: its words, its options, what it runs.
#pragma once

#include "scanner/cli/names.hpp"
#include "scanner/cli/option.hpp"
#include "scanner/cli/talk_grammar.hpp"

#include <any>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rdpsweep::cli {

// A verb whose options write into a struct of its own.
struct Asked {
    Options options;
    std::function<std::string()> wrong; // what is wrong with the options together; empty: nothing
    std::function<void(const std::vector<std::string>&)> keep_args;
    std::function<int()> run;            // the exit status
    std::any given;                      // std::shared_ptr of the struct
    std::shared_ptr<std::string> config; // --config; null: the verb reads no configuration
};

struct Verb {
    std::string_view name;     // "scan", "fix plan"
    std::string_view sentence; // what it does
    std::string_view footer;   // an example that works, what else there is to know
    // Empty: not a verb but the first word of those that follow ("fix").
    std::function<Asked(const CliNames&)> ask;
};

using Verbs = std::span<const Verb>;

// Whether a verb's options may come from a configuration.
enum class Configured : std::uint8_t { yes, no };

// What makes a verb of a struct. wrong may be left out.
template <class Given>
struct Parts {
    std::function<Options(Given&, const CliNames&)> options;
    std::function<int(const Given&)> run;
    std::function<std::string(const Given&)> wrong = {};
    Configured configured = Configured::yes;
};

// Returns how to ask for a verb: each call makes a Given with its defaults and binds the options to
// it. A Given with a member `args` keeps the command line there.
template <class Given>
std::function<Asked(const CliNames&)> asks(Parts<Given> parts) {
    return [parts = std::move(parts)](const CliNames& names) {
        const auto given = std::make_shared<Given>();
        Asked asked;
        asked.options = parts.options(*given, names);
        append(asked.options, talk_options(given->talk, names));
        if (parts.configured == Configured::yes) {
            asked.config = std::make_shared<std::string>();
            append(asked.options, {config_option(*asked.config)});
        }
        asked.wrong = [given, wrong = parts.wrong] {
            return wrong ? wrong(*given) : std::string();
        };
        asked.keep_args = []([[maybe_unused]] const std::vector<std::string>& args) {};
        if constexpr (requires { given->args; }) {
            asked.keep_args = [given](const std::vector<std::string>& args) { given->args = args; };
        }
        asked.run = [given, run = parts.run] { return run(*given); };
        asked.given = given;
        return asked;
    };
}

} // namespace rdpsweep::cli
