// One option of a verb as data: the parser, --help and whatever lists options walk these rows.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::cli {

// Keeps what was given; returns what is wrong with it, else nothing.
using Setter = std::function<std::optional<std::string>(const std::string&)>;

// What may follow an option on the command line.
enum class Takes : std::uint8_t {
    nothing,  // a flag: the setter gets true or false (--flag=false)
    count,    // a flag whose setter gets the number of times it was given
    value,    // one value, once
    word,     // one value without a name; it must be given
    words,    // one value or more without a name
    values,   // one value each time, any number of times
    sequence, // as values, and several values may follow at once
};

// How a row's text reaches its struct. Made by the functions of binders.hpp.
struct Binder {
    Setter set;
    Takes takes = Takes::value;
    std::vector<std::string> choices = {}; // empty: the text is free
};

// Where an option may come from but the command line (presets.hpp).
enum class Preset : std::uint8_t {
    own,     // from the environment or a configuration file, by itself
    sources, // likewise, unless another one of these is said: which targets are meant
    logon,   // likewise: who logs on
    fresh,   // likewise, unless a run is gone on with: what a run leaves
    recall,  // from nowhere else: it goes on with a run, and with that run's sources
    never,   // from nowhere else: it has to be said for each run
};

struct Option {
    std::string names; // "-o,--out"; of a word its name in the usage line: "RUN"
    std::string type;  // "FILE"; empty of a flag
    std::string help;
    Binder bind;
    std::string_view group; // the heading in --help
    Preset preset = Preset::own;

    [[nodiscard]] bool repeatable() const noexcept {
        return bind.takes == Takes::count || bind.takes == Takes::values ||
               bind.takes == Takes::sequence || bind.takes == Takes::words;
    }

    // Tells whether it stands on the command line without a name.
    [[nodiscard]] bool nameless() const noexcept {
        return bind.takes == Takes::word || bind.takes == Takes::words;
    }
};

// In the order of --help.
using Options = std::vector<Option>;

// The headings of --help.
namespace group {

inline constexpr std::string_view targets = "Targets";
inline constexpr std::string_view azure = "Azure";
inline constexpr std::string_view pace = "Pace";
inline constexpr std::string_view identity = "Identity";
inline constexpr std::string_view records = "Records";
inline constexpr std::string_view console = "Console";
inline constexpr std::string_view plan = "Plan";
inline constexpr std::string_view talk = "Talk";
// Words have a heading of their own; the first option of a group decides where its heading stands.
inline constexpr std::string_view word = talk;

} // namespace group

// Returns the long name without its dashes; empty of a word.
std::string key_of(const Option& option);

// Returns the variable that presets an option: "RDPSWEEP_MAX_UNASSESSED".
std::string variable_of(const Option& option);

// Appends more to options.
void append(Options& options, Options more);

// Returns "What it is (default 5)".
std::string usual(const std::string& what, const std::string& value);

} // namespace rdpsweep::cli
