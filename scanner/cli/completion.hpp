// Completions for shells, made of the table of verbs.
#pragma once

#include "scanner/cli/names.hpp"
#include "scanner/cli/verb.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rdpsweep::cli {

enum class Shell : std::uint8_t { bash, zsh, fish };

// What a shell offers behind an option, or for a word.
enum class Offers : std::uint8_t { nothing, file, folder, choices };

struct Completable {
    std::vector<std::string> names; // "-o", "--out"; of a word: "PLAN"
    std::string help;               // one line
    std::string type;               // "FILE"; empty of a flag
    bool repeatable = false;
    bool word = false;
    Offers offers = Offers::nothing;
    std::vector<std::string> choices;
};

// A verb with its options, or the first word of several ("fix"), which has none but --help.
struct CompletableVerb {
    std::string name; // "" is the program
    std::string help; // one line
    std::vector<Completable> options;
    std::vector<std::pair<std::string, std::string>> below; // words that may follow, and their help
};

// Returns the program, then every verb and first word.
std::vector<CompletableVerb> completable(Verbs verbs, const CliNames& names);

// Returns the text of a completion file.
std::string bash_completion(const std::vector<CompletableVerb>& verbs);
std::string zsh_completion(const std::vector<CompletableVerb>& verbs);
std::string fish_completion(const std::vector<CompletableVerb>& verbs);

// Returns text in single quotes as bash and zsh take it.
std::string shell_quoted(const std::string& text);

} // namespace rdpsweep::cli
