// The verbs of one command line with their options, ready to hear its words.
#pragma once

#include "scanner/cli/names.hpp"
#include "scanner/cli/verb.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rdpsweep::cli {

// How a command line ended.
enum class Heard : std::uint8_t {
    all,     // every word is understood
    help,    // --help: text is what it shows
    unknown, // `left` are words that no option takes
    mistake, // text says what is wrong
};

struct Hearing {
    Heard end = Heard::all;
    std::string text;
    std::vector<std::string> left;
};

// A verb and its options bound to a struct of its own. Of the program itself the name is empty.
struct Entry {
    std::string name;
    Asked asked;
    std::vector<const Option*> said; // of asked.options, once the command line was heard
};

class Grammar {
public:
    Grammar(Verbs verbs, const CliNames& names);
    ~Grammar();
    Grammar(const Grammar&) = delete;
    Grammar& operator=(const Grammar&) = delete;

    // Hears a command line, once.
    Hearing hear(const std::vector<std::string>& args);

    // Returns the verb that was heard, or the entry of the program.
    [[nodiscard]] Entry& chosen();

private:
    class Apps; // CLI11 takes seconds to compile: grammar.cpp alone sees it
    std::unique_ptr<Apps> apps_;
};

} // namespace rdpsweep::cli
