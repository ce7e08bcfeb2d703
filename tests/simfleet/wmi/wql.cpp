// A recursive-descent reader that builds the condition as it goes.
#include "tests/simfleet/wmi/wql.hpp"

#include "core/text.hpp"

#include <cctype>
#include <cstdlib>

namespace simfleet {

namespace {

using Condition = std::function<bool(const CimRow&)>;

struct Token {
    enum class Kind : std::uint8_t { word, number, text, mark, end } kind = Kind::end;
    std::string text;
};

bool word_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Splits a query; a bad literal ends it with an empty list.
std::vector<Token> tokens_of(std::string_view text) {
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (std::isspace(static_cast<unsigned char>(c)) != 0) {
            ++at;
        } else if (c == '\'' || c == '"') {
            std::string literal;
            for (++at; at < text.size() && text[at] != c; ++at) {
                if (text[at] == '\\' && ++at == text.size()) return {};
                literal += text[at];
            }
            if (at == text.size()) return {};
            ++at;
            tokens.push_back({Token::Kind::text, literal});
        } else if (word_character(c)) {
            const auto begin = at;
            while (at < text.size() && word_character(text[at]))
                ++at;
            const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
            tokens.push_back(
                {digit ? Token::Kind::number : Token::Kind::word,
                 std::string(text.substr(begin, at - begin))}
            );
        } else {
            const auto two = text.substr(at, 2);
            const bool pair = two == "<>" || two == "!=" || two == "<=" || two == ">=";
            tokens.push_back({Token::Kind::mark, std::string(text.substr(at, pair ? 2 : 1))});
            at += pair ? 2 : 1;
        }
    }
    return tokens;
}

// "20261124120000.000000+000" as "2026-11-24T12:00:00Z", which sorts by time. Only UTC is read.
std::string comparable_time(const std::string& text) {
    if (text.size() != 25 || text.substr(21) != "+000") return {};
    return text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2) + "T" +
           text.substr(8, 2) + ":" + text.substr(10, 2) + ":" + text.substr(12, 2);
}

bool like(std::string_view text, std::string_view pattern) {
    if (pattern.empty()) return text.empty();
    if (pattern.front() == '%') {
        for (std::size_t skip = 0; skip <= text.size(); ++skip)
            if (like(text.substr(skip), pattern.substr(1))) return true;
        return false;
    }
    return !text.empty() && text.front() == pattern.front() &&
           like(text.substr(1), pattern.substr(1));
}

bool holds(int order, const std::string& operation) {
    if (operation == "=") return order == 0;
    if (operation == "<>" || operation == "!=") return order != 0;
    if (operation == "<") return order < 0;
    if (operation == ">") return order > 0;
    if (operation == "<=") return order <= 0;
    return order >= 0;
}

bool compare(const CimValue& value, const std::string& operation, const Token& literal) {
    if (value.null || value.texts.size() != 1) return false;
    const auto& mine = value.texts.front();
    if (operation == "like") {
        return like(rdpsweep::ascii_lower(mine), rdpsweep::ascii_lower(literal.text));
    }
    if (value.kind == CimValue::Kind::time) {
        return holds(mine.substr(0, 19).compare(comparable_time(literal.text)), operation);
    }
    if (value.kind == CimValue::Kind::number) {
        const auto a = std::strtoull(mine.c_str(), nullptr, 10);
        const auto b = std::strtoull(literal.text.c_str(), nullptr, 10);
        return holds(a < b ? -1 : a > b, operation);
    }
    return holds(
        rdpsweep::ascii_lower(mine).compare(rdpsweep::ascii_lower(literal.text)), operation
    );
}

class Reader {
public:
    explicit Reader(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    std::optional<WqlQuery> query() {
        if (!keyword("select")) return {};
        if (!mark("*") && !columns()) return {};
        if (!keyword("from") || peek().kind != Token::Kind::word) return {};
        query_.class_name = take().text;
        query_.matches = [](const CimRow&) { return true; };
        if (keyword("where")) query_.matches = any_of();
        if (failed_ || peek().kind != Token::Kind::end) return {};
        return std::move(query_);
    }

private:
    const Token& peek() const {
        static const Token end;
        return at_ < tokens_.size() ? tokens_[at_] : end;
    }

    Token take() { return at_ < tokens_.size() ? tokens_[at_++] : Token{}; }

    bool keyword(std::string_view word) {
        const bool found = peek().kind == Token::Kind::word && rdpsweep::iequals(peek().text, word);
        at_ += found ? 1 : 0;
        return found;
    }

    bool mark(std::string_view text) {
        const bool found = peek().kind == Token::Kind::mark && peek().text == text;
        at_ += found ? 1 : 0;
        return found;
    }

    bool columns() {
        do {
            if (peek().kind != Token::Kind::word) return false;
            query_.columns.push_back(take().text);
        } while (mark(","));
        return true;
    }

    Condition any_of() {
        auto condition = all_of();
        while (keyword("or")) {
            condition = [a = std::move(condition), b = all_of()](const CimRow& row) {
                return a(row) || b(row);
            };
        }
        return condition;
    }

    Condition all_of() {
        auto condition = one();
        while (keyword("and")) {
            condition = [a = std::move(condition), b = one()](const CimRow& row) {
                return a(row) && b(row);
            };
        }
        return condition;
    }

    Condition one() {
        if (mark("(")) {
            auto inner = any_of();
            failed_ = failed_ || !mark(")");
            return inner;
        }
        const auto name = take();
        const auto operation = keyword("like") ? std::string("like") : take().text;
        const auto literal = take();
        const bool known = operation == "like" || operation == "=" || operation == "<>" ||
                           operation == "!=" || operation == "<" || operation == ">" ||
                           operation == "<=" || operation == ">=";
        const bool value = literal.kind == Token::Kind::text || literal.kind == Token::Kind::number;
        failed_ = failed_ || name.kind != Token::Kind::word || !known || !value;
        query_.conditioned.push_back(name.text);
        return [name = name.text, operation, literal](const CimRow& row) {
            for (const auto& [property, held] : row) {
                if (rdpsweep::iequals(property, name)) return compare(held, operation, literal);
            }
            return false;
        };
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    bool failed_ = false;
    WqlQuery query_;
};

} // namespace

std::optional<WqlQuery> read_wql(std::string_view text) {
    return Reader(tokens_of(text)).query();
}

} // namespace simfleet
