// Mistakes found while reading an inventory, several at once, each with its place.
#pragma once

#include "core/terminal_text.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// 1-based, as editors count.
struct Position {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
};

// Returns "fleet.yaml:12:5"
std::string to_text(std::string_view file, Position at);

// A mistake and its cure, before its place is known.
struct Mistake {
    std::string what;
    std::string next; // may be empty
};

struct Problem {
    std::string where; // "fleet.yaml:12:5", "command line"
    std::string what;
    std::string next; // what to do about it; may be empty
};

// Keeps the first `most`: a wrong column in 10,000 rows is one mistake to its author.
class Problems {
public:
    static constexpr std::size_t most = 20;

    void add(std::string where, std::string what, std::string next = {});
    void add(std::string where, Mistake mistake);

    [[nodiscard]] bool empty() const noexcept { return list_.empty(); }

    // Tells whether there is no room for more: readers stop early then.
    [[nodiscard]] bool full() const noexcept { return list_.size() >= most; }

    [[nodiscard]] const std::vector<Problem>& list() const noexcept { return list_; }

private:
    std::vector<Problem> list_;
};

// Returns text in double quotes, made printable and at most 60 bytes long.
TerminalText in_quotes(std::string_view text);

// Returns 'did you mean "address"?', else 'known: a, b, c'. what_known names the candidates in the
// latter.
std::string suggest(
    std::string_view word, const std::vector<std::string_view>& known, std::string_view what_known
);

} // namespace rdpsweep
