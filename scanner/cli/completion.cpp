// What shells may offer, from the rows of the table; and bash's file.
#include "scanner/cli/completion.hpp"

#include "core/text.hpp"
#include "scanner/cli/program_words.hpp"

#include <algorithm>

namespace rdpsweep::cli {

namespace {

std::string one_line(std::string_view text) {
    std::string line(trim(text));
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

Offers offers_of(const Option& option) {
    if (!option.bind.choices.empty()) return Offers::choices;
    if (option.type == "FILE") return Offers::file;
    return option.type == "FOLDER" ? Offers::folder : Offers::nothing;
}

Completable completable_option(const Option& option) {
    return {
        split(option.names, ','),
        one_line(option.help),
        option.type,
        option.repeatable(),
        option.nameless(),
        offers_of(option),
        option.bind.choices};
}

Completable flag_named(std::vector<std::string> names, std::string_view help) {
    Completable flag;
    flag.names = std::move(names);
    flag.help = one_line(help);
    return flag;
}

// Returns the words that may follow first ("" is the program), each once.
std::vector<std::pair<std::string, std::string>> words_below(Verbs verbs, std::string_view first) {
    std::vector<std::pair<std::string, std::string>> words;
    for (const auto& verb : verbs) {
        const auto space = verb.name.find(' ');
        const auto above = verb.name.substr(0, space == std::string_view::npos ? 0 : space);
        if (above != first) continue;
        const auto at = space == std::string_view::npos ? 0 : space + 1;
        words.emplace_back(std::string(verb.name.substr(at)), one_line(verb.sentence));
    }
    return words;
}

std::string joined_names(const CompletableVerb& verb) {
    std::string names;
    for (const auto& option : verb.options) {
        if (option.word) continue;
        for (const auto& name : option.names)
            names += (names.empty() ? "" : " ") + name;
    }
    return names;
}

std::string joined_words(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

std::string bash_offer(const Completable& option) {
    switch (option.offers) {
    case Offers::file:
        return "_rdpsweep_files -f";
    case Offers::folder:
        return "_rdpsweep_files -d";
    case Offers::choices:
        return "_rdpsweep_words " + shell_quoted(joined_words(option.choices));
    case Offers::nothing:
        return "COMPREPLY=()";
    }
    return {};
}

std::string bash_verb(const CompletableVerb& verb) {
    std::string values;
    // Where several words may stand, the first of them that has anything to offer says what.
    std::string words = "        ";
    for (const auto& option : verb.options) {
        if (option.word) {
            if (trim(words).empty() && option.offers != Offers::nothing)
                words += bash_offer(option);
        } else if (!option.type.empty()) {
            std::string names;
            for (const auto& name : option.names)
                names += (names.empty() ? "" : "|") + name;
            values += "        " + names + ") " + bash_offer(option) + "; return ;;\n";
        }
    }
    std::vector<std::string> below;
    for (const auto& [word, help] : verb.below)
        below.push_back(word);
    if (!below.empty()) words += "_rdpsweep_words " + shell_quoted(joined_words(below));
    if (trim(words).empty()) words += ":";
    auto text = "    " + shell_quoted(verb.name) + ")\n";
    if (!values.empty()) text += "        case $prev in\n" + values + "        esac\n";
    return text + "        if [[ $cur == -* ]]; then\n            _rdpsweep_words " +
           shell_quoted(joined_names(verb)) + "\n            return\n        fi\n" + words +
           "\n        ;;\n";
}

// The line is split at COMP_WORDBREAKS, so that `--color=al` comes as three words, and a value with
// commas is one: what is offered begins behind the last comma.
constexpr auto bash_head = R"(# bash completion of rdpsweep. Made by `rdpsweep completion bash`.
_rdpsweep_words() {
    local before=
    [[ $cur != *,* || $cur == -* ]] || before=${cur%,*},
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${cur##*,}")
}
_rdpsweep_files() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}
_rdpsweep() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb=
    COMPREPLY=()
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    [[ $COMP_CWORD -lt 2 ]] || verb=${COMP_WORDS[1]}
    case $verb in
)";

} // namespace

std::string shell_quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::vector<CompletableVerb> completable(Verbs verbs, const CliNames& names) {
    const auto help = flag_named({"-h", "--help"}, help_sentence);
    std::vector<CompletableVerb> all;
    all.push_back(
        {"",
         one_line(program_sentences),
         {help, flag_named({"--version"}, version_sentence)},
         words_below(verbs, "")}
    );
    for (const auto& verb : verbs) {
        CompletableVerb row{std::string(verb.name), one_line(verb.sentence), {help}, {}};
        if (verb.ask) {
            for (const auto& option : verb.ask(names).options)
                row.options.push_back(completable_option(option));
        } else {
            row.below = words_below(verbs, verb.name);
        }
        all.push_back(std::move(row));
    }
    return all;
}

std::string bash_completion(const std::vector<CompletableVerb>& verbs) {
    std::string text = bash_head;
    std::string cases;
    std::string firsts;
    for (const auto& verb : verbs) {
        cases += bash_verb(verb);
        if (!verb.name.empty() && !verb.below.empty())
            firsts += (firsts.empty() ? "    " : "|") + verb.name;
    }
    if (!firsts.empty())
        text += firsts + ") [[ $COMP_CWORD -lt 3 ]] || verb+=\" ${COMP_WORDS[2]}\" ;;\n";
    return text + "    esac\n    case $verb in\n" + cases +
           "    esac\n}\ncomplete -F _rdpsweep rdpsweep\n";
}

} // namespace rdpsweep::cli
