// Selection expressions: 'tag:env=prod & !vm:dc*'.
#pragma once

#include "core/target.hpp"
#include "scanner/talk/problems.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rdpsweep {

// !a, a & b, a | b in this order of binding, and parentheses. A term is FIELD:PATTERN, or a PATTERN
// for the name:
//   name:web-*   vm:dc*            the ARM id, or its last part; of a target without one its name
//   group:emea   tag:env=prod*     tag:owner (has it)
//   address:10.1.0.0/16            a network, or a pattern for the address as it is written
// Patterns know * and ?, and match without regard to case. Quotes, 'a b' or "a b", hold blanks and
// operators.
class Selection {
public:
    // Reads an expression. The mistake's text names the option, and the column of text where it
    // stands.
    static std::variant<Selection, Mistake>
    parse(std::string_view text, std::string_view option = "--select");

    [[nodiscard]] bool matches(const Target& target) const;

    Selection(Selection&&) noexcept;
    Selection& operator=(Selection&&) noexcept;
    ~Selection();

    struct Node;

private:
    explicit Selection(std::unique_ptr<Node> root);
    std::unique_ptr<Node> root_;
};

// Tells whether text is pattern with * for any characters and ? for one, A-Z folded. Linear in the
// length of text for each *.
bool matches_glob(std::string_view pattern, std::string_view text) noexcept;

} // namespace rdpsweep
