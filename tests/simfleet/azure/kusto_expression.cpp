// Reads an expression from left to right: "or" of "and" of comparisons of values.
#include "tests/simfleet/azure/kusto_expression.hpp"

#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <string>
#include <utility>

namespace simfleet {

using nlohmann::json;
using rdpsweep::ascii_lower;
using rdpsweep::iequals;
using rdpsweep::trim;

namespace {

using Value = std::optional<KustoExpression>;

std::string as_text(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    return value.is_null() ? std::string() : value.dump();
}

bool is_true(const json& value) {
    return value.is_boolean() && value.get<bool>();
}

bool word_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool contains(const std::string& whole, const std::string& part) {
    return ascii_lower(whole).find(ascii_lower(part)) != std::string::npos;
}

// A whole word of it, as Kusto's "has" asks for.
bool has_word(const std::string& whole, const std::string& word) {
    const auto text = ascii_lower(whole);
    const auto wanted = ascii_lower(word);
    for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
        const auto end = at + wanted.size();
        const bool begins = at == 0 || !word_character(text[at - 1]);
        if (begins && (end == text.size() || !word_character(text[end]))) return true;
    }
    return false;
}

bool less(const json& left, const json& right) {
    if (left.is_number() && right.is_number()) return left < right;
    return as_text(left) < as_text(right);
}

using Comparison = bool (*)(const json&, const json&);

// Those that are others with "!" before them are not here.
const std::map<std::string, Comparison, std::less<>>& comparisons() {
    static const std::map<std::string, Comparison, std::less<>> all{
        {"==", [](const json& a, const json& b) { return as_text(a) == as_text(b); }},
        {"=~", [](const json& a, const json& b) { return iequals(as_text(a), as_text(b)); }},
        {"<", less},
        {">", [](const json& a, const json& b) { return less(b, a); }},
        {"<=", [](const json& a, const json& b) { return !less(b, a); }},
        {">=", [](const json& a, const json& b) { return !less(a, b); }},
        {"contains", [](const json& a, const json& b) { return contains(as_text(a), as_text(b)); }},
        {"has", [](const json& a, const json& b) { return has_word(as_text(a), as_text(b)); }},
        {"startswith",
         [](const json& a, const json& b) {
             return ascii_lower(as_text(a)).starts_with(ascii_lower(as_text(b)));
         }},
        {"endswith", [](const json& a, const json& b) {
             return ascii_lower(as_text(a)).ends_with(ascii_lower(as_text(b)));
         }}};
    return all;
}

json capitals(const json& value) {
    auto text = as_text(value);
    for (auto& c : text)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

using Function = json (*)(const json&);

const std::map<std::string, Function, std::less<>>& functions() {
    static const std::map<std::string, Function, std::less<>> all{
        {"tostring", [](const json& v) { return json(as_text(v)); }},
        {"tolower", [](const json& v) { return json(ascii_lower(as_text(v))); }},
        {"toupper", capitals},
        {"tobool", [](const json& v) { return v.is_boolean() ? v : json(nullptr); }},
        {"toint", [](const json& v) { return v.is_number() ? v : json(nullptr); }},
        {"isempty", [](const json& v) { return json(as_text(v).empty()); }},
        {"isnotempty", [](const json& v) { return json(!as_text(v).empty()); }},
        {"isnull", [](const json& v) { return json(v.is_null()); }},
        {"isnotnull", [](const json& v) { return json(!v.is_null()); }},
        {"array_length", [](const json& v) { return v.is_array() ? json(v.size()) : json(); }},
        {"not", [](const json& v) { return json(!is_true(v)); }}};
    return all;
}

// Names are exact, as in Azure: what is misspelt has no value.
json member(const json& row, const std::vector<std::string>& path) {
    const auto* at = &row;
    for (const auto& name : path) {
        if (at->is_array() && !name.empty() &&
            name.find_first_not_of("0123456789") == std::string::npos) {
            const auto place = std::stoul(name);
            if (place >= at->size()) return nullptr;
            at = &(*at)[place];
            continue;
        }
        if (!at->is_object()) return nullptr;
        const auto found = at->find(name);
        if (found == at->end()) return nullptr;
        at = &*found;
    }
    return *at;
}

class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    // All of the text has to be one expression.
    Value whole() {
        auto value = any();
        skip();
        if (!rest_.empty()) return {};
        return value;
    }

private:
    Value any() { // "or" of
        auto left = all();
        while (left && take_word("or")) {
            auto right = all();
            if (!right) return {};
            left = [a = *left, b = *right](const json& row) {
                return json(is_true(a(row)) || is_true(b(row)));
            };
        }
        return left;
    }

    Value all() { // "and" of
        auto left = compared();
        while (left && take_word("and")) {
            auto right = compared();
            if (!right) return {};
            left = [a = *left, b = *right](const json& row) {
                return json(is_true(a(row)) && is_true(b(row)));
            };
        }
        return left;
    }

    Value compared() {
        auto left = value();
        if (!left) return {};
        const auto before = rest_;
        auto sign = take_sign();
        const bool negated = sign.size() > 1 && sign.front() == '!';
        if (negated) sign = sign == "!=" ? "==" : sign == "!~" ? "=~" : sign.substr(1);
        if (sign == "in" || sign == "in~") return one_of(*left, sign == "in~", negated);
        const auto found = comparisons().find(sign);
        if (found == comparisons().end()) {
            rest_ = before;
            return left;
        }
        auto right = value();
        if (!right) return {};
        return [a = *left, b = *right, compare = found->second, negated](const json& row) {
            return json(compare(a(row), b(row)) != negated);
        };
    }

    Value one_of(const KustoExpression& left, bool folded, bool negated) {
        const auto list = arguments();
        if (!list) return {};
        return [left, list = *list, folded, negated](const json& row) {
            const auto wanted = as_text(left(row));
            const bool found = std::any_of(list.begin(), list.end(), [&](const auto& each) {
                const auto text = as_text(each(row));
                return folded ? iequals(text, wanted) : text == wanted;
            });
            return json(found != negated);
        };
    }

    // "(a, b)"; nothing for what is none.
    std::optional<std::vector<KustoExpression>> arguments() {
        std::vector<KustoExpression> list;
        if (!take('(')) return {};
        if (take(')')) return list;
        do {
            auto each = any();
            if (!each) return {};
            list.push_back(*std::move(each));
        } while (take(','));
        if (!take(')')) return {};
        return list;
    }

    Value value() {
        skip();
        if (rest_.empty()) return {};
        if (rest_.front() == '\'' || rest_.front() == '"') return literal();
        if (rest_.front() == '(') {
            auto inner = arguments();
            if (!inner || inner->size() != 1) return {};
            return inner->front();
        }
        if (std::isdigit(static_cast<unsigned char>(rest_.front())) != 0) return number();
        const auto name = take_name();
        if (name.empty()) return {};
        skip();
        if (rest_.starts_with('(')) return called(ascii_lower(name));
        if (name == "true" || name == "false") {
            return [truth = name == "true"](const json&) { return json(truth); };
        }
        return path_from(name);
    }

    Value literal() {
        const auto end = rest_.find(rest_.front(), 1);
        if (end == std::string_view::npos) return {};
        json text = std::string(rest_.substr(1, end - 1));
        rest_.remove_prefix(end + 1);
        return [text = std::move(text)](const json&) { return text; };
    }

    Value number() {
        std::int64_t number = 0;
        const auto [end, wrong] =
            std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
        if (wrong != std::errc()) return {};
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return [number](const json&) { return json(number); };
    }

    Value called(const std::string& name) {
        const auto list = arguments();
        if (!list) return {};
        if (name == "strcat") {
            return [list = *list](const json& row) {
                std::string joined;
                for (const auto& each : list)
                    joined += as_text(each(row));
                return json(joined);
            };
        }
        const auto found = functions().find(name);
        if (found == functions().end() || list->size() != 1) return {};
        return [of = list->front(), function = found->second](const json& row) {
            return function(of(row));
        };
    }

    // a.b, a['b'], a[0]
    Value path_from(const std::string& first) {
        std::vector<std::string> path{first};
        for (;;) {
            if (rest_.starts_with('.')) {
                rest_.remove_prefix(1);
                path.push_back(take_name());
                if (path.back().empty()) return {};
            } else if (rest_.starts_with('[')) {
                const auto end = rest_.find(']');
                if (end == std::string_view::npos) return {};
                auto inner = trim(rest_.substr(1, end - 1));
                if (inner.size() > 1 && (inner.front() == '\'' || inner.front() == '"')) {
                    inner = inner.substr(1, inner.size() - 2);
                }
                path.emplace_back(inner);
                rest_.remove_prefix(end + 1);
            } else {
                return [path](const json& row) { return member(row, path); };
            }
        }
    }

    void skip() {
        rest_ = rest_.substr(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
    }

    bool take(char c) {
        skip();
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::string take_name() {
        std::size_t end = 0;
        while (end < rest_.size() && word_character(rest_[end]))
            ++end;
        std::string name(rest_.substr(0, end));
        rest_.remove_prefix(end);
        return name;
    }

    bool take_word(std::string_view word) {
        skip();
        const auto before = rest_;
        if (iequals(take_name(), word)) return true;
        rest_ = before;
        return false;
    }

    // "=~", "!contains", "in~".
    std::string take_sign() {
        skip();
        const auto end = std::min(rest_.find_first_not_of("=~!<>"), rest_.size());
        std::string sign(rest_.substr(0, end));
        rest_.remove_prefix(end);
        if (!sign.empty() && sign != "!") return sign;
        sign += ascii_lower(take_name());
        if (take('~')) sign += '~';
        return sign;
    }

    std::string_view rest_;
};

} // namespace

std::optional<KustoExpression> parse_kusto_expression(std::string_view text) {
    return Reader(text).whole();
}

std::vector<std::string_view> split_outside(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    int depth = 0;
    char quote = '\0';
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != '\0') {
            if (c == quote) quote = '\0';
            continue;
        }
        if (c == '\'' || c == '"') quote = c;
        if (c == '(' || c == '[') ++depth;
        if (c == ')' || c == ']') --depth;
        if (c != separator || depth != 0) continue;
        parts.push_back(trim(text.substr(begin, i - begin)));
        begin = i + 1;
    }
    parts.push_back(trim(text.substr(begin)));
    return parts;
}

} // namespace simfleet
