// The completion file of fish: a line an option.
#include "scanner/cli/completion.hpp"

namespace rdpsweep::cli {

namespace {

// In single quotes fish knows two escapes.
std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

std::string values_of(const Completable& option) {
    std::string choices;
    switch (option.offers) {
    case Offers::file:
        return " -r -F";
    case Offers::folder:
        return " -x -a '(__fish_complete_directories)'";
    case Offers::choices:
        for (const auto& choice : option.choices)
            choices += (choices.empty() ? "" : " ") + choice;
        return " -x -a " + quoted(choices);
    case Offers::nothing:
        return option.type.empty() ? "" : " -x";
    }
    return {};
}

std::string fish_option(const std::string& when, const Completable& option) {
    auto line = when;
    if (option.word) {
        if (option.offers == Offers::nothing) return {};
        // What a word may be is offered as an argument, without an option in front.
        const auto values = values_of(option);
        return line + (option.offers == Offers::file ? " -F" : values.substr(3)) + " -d " +
               quoted(option.help) + "\n";
    }
    for (const auto& name : option.names) {
        const bool long_name = name.starts_with("--");
        line += long_name ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    return line + values_of(option) + " -d " + quoted(option.help) + "\n";
}

std::string fish_verb(const CompletableVerb& verb) {
    const auto condition = quoted("__rdpsweep_at" + (verb.name.empty() ? "" : " " + verb.name));
    const auto when = "complete -c rdpsweep -n " + condition;
    std::string text;
    for (const auto& [word, help] : verb.below)
        text += when + " -a " + word + " -d " + quoted(help) + "\n";
    for (const auto& option : verb.options)
        text += fish_option(when, option);
    return text;
}

} // namespace

std::string fish_completion(const std::vector<CompletableVerb>& verbs) {
    std::string firsts;
    std::string lines;
    for (const auto& verb : verbs) {
        lines += fish_verb(verb);
        if (!verb.name.empty() && !verb.below.empty()) firsts += " " + verb.name;
    }
    return R"(# fish completion of rdpsweep. Made by `rdpsweep completion fish`.
function __rdpsweep_at --description 'Whether the command line is at this verb'
    set -l words (commandline -opc)
    set -l verb
    if set -q words[2]
        set verb $words[2]
        if contains -- $words[2])" +
           firsts + R"(; and set -q words[3]
            set -a verb $words[3]
        end
    end
    test "$verb" = "$argv"
end
complete -c rdpsweep -f
)" + lines;
}

} // namespace rdpsweep::cli
