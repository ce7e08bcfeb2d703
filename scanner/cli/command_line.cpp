// Words the mistakes of a command line, and hands on a verb that can be run.
#include "scanner/cli/command_line.hpp"

#include "core/text.hpp"
#include "scanner/cli/binders.hpp"
#include "scanner/cli/grammar.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/problems.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

using cli::Entry;
using cli::Grammar;
using cli::Heard;
using Words = std::vector<std::string>;

CommandLine stop(int status, std::string text) {
    CommandLine line;
    line.exit = status;
    line.text = std::move(text);
    if (!line.text.ends_with('\n')) line.text += '\n';
    return line;
}

// Returns one line of what is wrong, one of what to do.
CommandLine mistake(const std::string& verb, const std::string& what, const std::string& advice) {
    const auto name = "rdpsweep" + (verb.empty() ? "" : " " + verb);
    auto text = name + ": " + what + '\n';
    text += "  " + (advice.empty() ? "see: " + name + " --help" : advice);
    return stop(exit_usage, std::move(text));
}

std::string did_you_mean(std::string_view word, const Words& known) {
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    const auto near = nearest(word, candidates);
    return near ? "did you mean " + std::string(*near) + "?" : "";
}

// Returns all that may be written with a dash: of a verb, or (without rows) of the program.
Words option_names(const Entry& verb) {
    Words names{"--help", "-h"};
    if (verb.name.empty()) names.emplace_back("--version");
    for (const auto& option : verb.asked.options) {
        for (const auto& name : split(option.names, ',')) {
            if (name.starts_with('-')) names.push_back(name);
        }
    }
    return names;
}

// Complains about words that the verb does not know: the first option among it, else the first
// word.
CommandLine unexpected(const Entry& verb, const Words& left, const Words& args) {
    std::string culprit = left.empty() ? "" : left.front();
    for (const auto& arg : args) {
        if (!arg.starts_with('-') || std::find(left.begin(), left.end(), arg) == left.end()) {
            continue;
        }
        culprit = arg;
        break;
    }
    culprit = culprit.substr(0, culprit.find('='));
    const bool option = culprit.starts_with('-');
    return mistake(
        verb.name,
        (option ? "unknown option " : "unexpected ") + in_quotes(culprit),
        option ? did_you_mean(culprit, option_names(verb)) : ""
    );
}

// CLI11 puts two blank lines between groups.
std::string with_single_blank_lines(std::string text) {
    for (auto at = text.find("\n\n\n"); at != std::string::npos; at = text.find("\n\n\n")) {
        text.erase(at, 1);
    }
    return text;
}

// Sets what was not said to what it is preset to; returns the end where that went wrong.
std::optional<CommandLine> preset(const Entry& verb, const cli::Configure& configure) {
    if (!configure || !verb.asked.config) return {};
    const auto configuration = configure(*verb.asked.config);
    if (!configuration.wrong.empty()) return stop(exit_usage, configuration.wrong);
    const auto wrong =
        cli::apply_presets(verb.name, verb.asked.options, verb.said, configuration.presets);
    if (!wrong) return {};
    return mistake(verb.name, *wrong, "see what is preset: rdpsweep config show --origin");
}

// All words are understood; whether they go together is the verb's to say.
CommandLine understood(Entry& verb, const Words& args, const cli::Configure& configure) {
    if (verb.name.empty()) return mistake("", "no verb: " + in_quotes(args[0]), "");
    if (auto end = preset(verb, configure)) return *std::move(end);
    const auto wrong = verb.asked.wrong();
    if (!wrong.empty()) return mistake(verb.name, wrong, "");
    verb.asked.keep_args(args);
    CommandLine line;
    line.verb = verb.name;
    line.asked = std::move(verb.asked);
    return line;
}

CommandLine parse_verb(const Words& args, Grammar& grammar, const cli::Configure& configure) {
    auto heard = grammar.hear(args);
    auto& verb = grammar.chosen();
    switch (heard.end) {
    case Heard::help:
        return stop(exit_ok, with_single_blank_lines(std::move(heard.text)));
    case Heard::unknown:
        return unexpected(verb, heard.left, args);
    case Heard::mistake:
        return mistake(verb.name, heard.text, "");
    case Heard::all:
        break;
    }
    return understood(verb, args, configure);
}

// Returns the first words of all verbs, each once.
Words first_words(cli::Verbs verbs) {
    Words words;
    for (const auto& verb : verbs) {
        std::string first(verb.name.substr(0, verb.name.find(' ')));
        if (words.empty() || words.back() != first) words.push_back(std::move(first));
    }
    return words;
}

} // namespace

CommandLine parse_command_line(
    const Words& args, cli::Verbs verbs, const CliNames& names, const cli::Configure& configure
) {
    Grammar grammar(verbs, names);
    if (args.empty()) {
        // A script that lost its verb must not look like a success.
        auto line = parse_verb({"--help"}, grammar, configure);
        line.exit = exit_usage;
        return line;
    }
    if (args[0] == "--version") {
        auto verb = args;
        verb[0] = "version";
        return parse_verb(verb, grammar, configure);
    }
    const auto known = first_words(verbs);
    const bool is_known = std::find(known.begin(), known.end(), args[0]) != known.end();
    if (!is_known && !args[0].starts_with('-')) {
        auto advice = did_you_mean(args[0], known);
        if (advice.empty()) advice = "verbs: " + cli::joined(known);
        return mistake("", "unknown verb " + in_quotes(args[0]), advice);
    }
    return parse_verb(args, grammar, configure);
}

} // namespace rdpsweep
