// The completion file of zsh: a function of _arguments a verb.
#include "scanner/cli/completion.hpp"

#include <algorithm>

namespace rdpsweep::cli {

namespace {

// Returns text with those of its characters escaped that end a part of a specification.
std::string escaped(const std::string& text, std::string_view special) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || special.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

std::string action_of(const Completable& option) {
    switch (option.offers) {
    case Offers::file:
        return "_files";
    case Offers::folder:
        return "_files -/";
    case Offers::choices:
        break;
    case Offers::nothing:
        return " ";
    }
    std::string choices;
    for (const auto& choice : option.choices)
        choices += (choices.empty() ? "" : " ") + escaped(choice, ": ()");
    if (option.type.find("[,") != std::string::npos) return "_values -s , value " + choices;
    return "(" + choices + ")";
}

// Returns what follows the option's name: its help, its value.
std::string rest_of(const Completable& option) {
    auto rest = "[" + escaped(option.help, "[]") + "]";
    if (!option.type.empty()) rest += ":" + escaped(option.type, ":") + ":" + action_of(option);
    return rest;
}

// place: the number of a word among the verb's words.
std::string specifications(const Completable& option, std::size_t place) {
    if (option.word)
        return " \\\n            " +
               shell_quoted(
                   (option.repeatable ? "*" : std::to_string(place)) + ":" +
                   escaped(option.names.front(), ":") + ":" + action_of(option)
               );
    std::string together;
    for (const auto& name : option.names)
        together += (together.empty() ? "(" : " ") + name;
    std::string out;
    for (const auto& name : option.names) {
        const auto front = option.repeatable ? "*" : together + ")";
        out += " \\\n            " + shell_quoted(front + name + rest_of(option));
    }
    return out;
}

std::string described(const CompletableVerb& verb) {
    std::string rows;
    for (const auto& [word, help] : verb.below)
        rows += "            " + shell_quoted(escaped(word, ":") + ":" + help) + "\n";
    return "        below=(\n" + rows + "        )\n        _describe verb below\n";
}

std::string arguments(const CompletableVerb& verb) {
    std::string text = "        _arguments -s -S";
    std::size_t words = 0;
    for (const auto& option : verb.options) {
        if (option.word) ++words;
        text += specifications(option, words);
    }
    return text + "\n";
}

std::string zsh_verb(const CompletableVerb& verb) {
    auto text = "    " + shell_quoted(verb.name) + ")\n";
    if (verb.below.empty()) return text + arguments(verb) + "        ;;\n";
    return text + "        if [[ $PREFIX == -* ]]; then\n" + arguments(verb) + "        else\n" +
           described(verb) + "        fi\n        ;;\n";
}

} // namespace

std::string zsh_completion(const std::vector<CompletableVerb>& verbs) {
    std::string firsts;
    std::string cases;
    for (const auto& verb : verbs) {
        cases += zsh_verb(verb);
        if (!verb.name.empty() && !verb.below.empty())
            firsts += (firsts.empty() ? "" : "|") + verb.name;
    }
    std::string text = "#compdef rdpsweep\n# Made by `rdpsweep completion zsh`.\n"
                       "_rdpsweep() {\n    local verb=\n    local -a below\n"
                       "    if (( CURRENT > 2 )); then\n        verb=$words[2]\n"
                       "        shift words\n        (( CURRENT-- ))\n    fi\n";
    if (!firsts.empty())
        text += "    if [[ $verb == (" + firsts +
                ") ]] && (( CURRENT > 2 )); then\n        verb+=\" $words[2]\"\n"
                "        shift words\n        (( CURRENT-- ))\n    fi\n";
    return text + "    case $verb in\n" + cases + "    esac\n}\n_rdpsweep \"$@\"\n";
}

} // namespace rdpsweep::cli
