// Reads a --select expression, and asks a target whether it matches.
#include "scanner/inventory/select.hpp"

#include "core/text.hpp"
#include "scanner/inventory/select_terms.hpp"

#include <algorithm>

namespace rdpsweep {

struct Selection::Node {
    enum class Kind : std::uint8_t { all, any, none, term } kind = Kind::term;
    std::vector<std::unique_ptr<Node>> parts; // of none: exactly one
    Term term;
};

namespace {

using Node = Selection::Node;
constexpr std::size_t longest = 4096;
constexpr int deepest = 64;

// Recursive descent; every failure is thrown as a Mistake and caught in parse().
class Parser {
public:
    Parser(std::string_view text, std::string_view option) : text_(text), option_(option) {}

    std::unique_ptr<Node> parse() {
        if (text_.size() > longest) fail("is longer than 4096 bytes");
        auto root = any();
        skip_blanks();
        if (at_ < text_.size()) {
            fail(peek() == ')' ? "has a ) without its (" : "needs & or | here");
        }
        return root;
    }

private:
    [[noreturn]] void fail(const std::string& what, std::string next = {}) const {
        if (next.empty()) next = "for example: 'tag:env=prod & !vm:dc*'";
        throw Mistake{
            std::string(option_) + ' ' + in_quotes(text_) + ", column " + std::to_string(at_ + 1) +
                ": it " + what,
            std::move(next)};
    }

    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t'))
            ++at_;
    }

    char peek() {
        skip_blanks();
        return at_ < text_.size() ? text_[at_] : '\0';
    }

    std::unique_ptr<Node>
    joined(char sign, Node::Kind kind, std::unique_ptr<Node> (Parser::*part)()) {
        auto first = (this->*part)();
        if (peek() != sign) return first;
        auto node = std::make_unique<Node>();
        node->kind = kind;
        node->parts.push_back(std::move(first));
        while (peek() == sign) {
            ++at_;
            node->parts.push_back((this->*part)());
        }
        return node;
    }

    std::unique_ptr<Node> any() { return joined('|', Node::Kind::any, &Parser::all); }

    std::unique_ptr<Node> all() { return joined('&', Node::Kind::all, &Parser::one); }

    std::unique_ptr<Node> one() {
        if (++depth_ > deepest) fail("is nested too deeply");
        auto node = negated_or_term();
        --depth_;
        return node;
    }

    std::unique_ptr<Node> negated_or_term() {
        const char c = peek();
        if (c == '!') {
            ++at_;
            auto node = std::make_unique<Node>();
            node->kind = Node::Kind::none;
            node->parts.push_back(one());
            return node;
        }
        if (c == '(') {
            const auto open = at_++;
            auto node = any();
            if (peek() != ')') {
                at_ = open;
                fail("has a ( without its )");
            }
            ++at_;
            return node;
        }
        return term();
    }

    // One word: up to a blank or an operator that is not in quotes.
    std::string word() {
        std::string word;
        char quote = '\0';
        const auto begin = at_;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (quote != '\0') {
                if (c == quote) {
                    quote = '\0';
                } else {
                    word += c;
                }
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (std::string_view(" \t&|!()").find(c) != std::string_view::npos) {
                break;
            } else {
                word += c;
            }
        }
        if (quote != '\0') {
            at_ = begin;
            fail("has a quote that is not closed");
        }
        return word;
    }

    std::unique_ptr<Node> term() {
        skip_blanks();
        const auto begin = at_;
        auto text = word();
        if (text.empty()) fail("lacks a term here");
        auto node = std::make_unique<Node>();
        std::vector<std::string_view> known;
        const auto colon = text.find(':');
        const auto field = text.substr(0, colon);
        for (const auto& [name, make] : selection_fields()) {
            known.push_back(name);
            if (colon == std::string::npos || field != name) continue;
            node->term = make(text.substr(colon + 1));
            if (node->term && colon + 1 < text.size()) return node;
            at_ = begin;
            fail(
                "needs something after " + field + ":" +
                (node->term ? "" : " that is a network, such as 10.1.0.0/16")
            );
        }
        if (colon != std::string::npos) {
            at_ = begin;
            fail("has no field " + in_quotes(field), suggest(field, known, "fields"));
        }
        node->term = selection_fields().front().make(text); // the name
        return node;
    }

    std::string_view text_;
    std::string_view option_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

bool holds(const Node& node, const Target& target) {
    const auto part_holds = [&target](const auto& part) { return holds(*part, target); };
    switch (node.kind) {
    case Node::Kind::all:
        return std::all_of(node.parts.begin(), node.parts.end(), part_holds);
    case Node::Kind::any:
        return std::any_of(node.parts.begin(), node.parts.end(), part_holds);
    case Node::Kind::none:
        return !part_holds(node.parts.front());
    case Node::Kind::term:
        return node.term(target);
    }
    return false;
}

} // namespace

Selection::Selection(std::unique_ptr<Node> root) : root_(std::move(root)) {}

Selection::Selection(Selection&&) noexcept = default;
Selection& Selection::operator=(Selection&&) noexcept = default;
Selection::~Selection() = default;

std::variant<Selection, Mistake> Selection::parse(std::string_view text, std::string_view option) {
    try {
        return Selection(Parser(text, option).parse());
    } catch (Mistake& mistake) {
        return std::move(mistake);
    }
}

bool Selection::matches(const Target& target) const {
    return holds(*root_, target);
}

} // namespace rdpsweep
