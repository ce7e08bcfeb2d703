// Parses the steps of a query and evaluates them on resources; what it does not know, it refuses.
#include "tests/simfleet/azure/kusto.hpp"

#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace simfleet {

using nlohmann::json;
using rdpsweep::trim;

namespace {

// text at separators that stand in no bracket and no quotes.
std::vector<std::string_view> split_outside(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    int depth = 0;
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\'') quoted = !quoted;
        if (quoted) continue;
        if (text[i] == '(') ++depth;
        if (text[i] == ')') --depth;
        if (text[i] != separator || depth != 0) continue;
        parts.push_back(text.substr(begin, i - begin));
        begin = i + 1;
    }
    parts.push_back(text.substr(begin));
    return parts;
}

// "x" of "name(x)"; nothing when text is no such call.
std::optional<std::string_view> argument_of(std::string_view text, std::string_view name) {
    const bool call =
        text.starts_with(name) && text.ends_with(')') && text.substr(name.size()).starts_with('(');
    if (!call) return {};
    return trim(text.substr(name.size() + 1, text.size() - name.size() - 2));
}

// Member names are exact, but for those at the top, which Resource Graph matches without case.
json member(const json& resource, std::string_view path) {
    const auto* at = &resource;
    for (const auto& name : rdpsweep::split(path, '.')) {
        if (!at->is_object()) return nullptr;
        const auto found = at->find(name);
        if (found == at->end()) return nullptr;
        at = &*found;
    }
    return *at;
}

std::string as_text(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    return value.is_null() ? std::string() : value.dump();
}

json evaluate(const json& resource, std::string_view expression) {
    if (const auto inner = argument_of(expression, "tostring")) {
        return as_text(member(resource, *inner));
    }
    if (const auto inner = argument_of(expression, "tobool")) {
        const auto value = member(resource, *inner);
        return value.is_boolean() ? value : json(nullptr);
    }
    return member(resource, expression);
}

} // namespace

std::optional<Kusto> Kusto::parse(std::string_view text) {
    const auto steps = split_outside(text, '|');
    if (trim(steps.front()) != "resources") return {};
    Kusto query;
    for (std::size_t i = 1; i < steps.size(); ++i)
        if (!query.read_step(trim(steps[i]))) return {};
    return query;
}

bool Kusto::read_step(std::string_view step) {
    const auto blank = step.find(' ');
    const auto word = step.substr(0, blank);
    const auto rest = blank == std::string_view::npos ? "" : trim(step.substr(blank));
    if (word == "where") return read_where(rest);
    if (word == "project") return read_project(rest);
    if (word != "order" || !rest.starts_with("by ")) return false;
    ordered_ = true;
    return true;
}

bool Kusto::read_where(std::string_view text) {
    if (const auto path = argument_of(text, "isnotempty")) {
        conditions_.push_back({std::string(*path), "", true});
        return true;
    }
    const auto sign = text.find("=~");
    if (sign == std::string_view::npos) return false;
    auto left = trim(text.substr(0, sign));
    const auto right = trim(text.substr(sign + 2));
    if (right.size() < 2 || right.front() != '\'' || right.back() != '\'') return false;
    if (const auto inner = argument_of(left, "tostring")) left = *inner;
    conditions_.push_back({std::string(left), std::string(right.substr(1, right.size() - 2))});
    return true;
}

bool Kusto::read_project(std::string_view list) {
    for (const auto part : split_outside(list, ',')) {
        const auto column = trim(part);
        const auto equals = column.find('=');
        const auto name = trim(column.substr(0, equals));
        const auto expression =
            equals == std::string_view::npos ? name : trim(column.substr(equals + 1));
        if (name.empty() || expression.empty()) return false;
        columns_.emplace_back(name, expression);
    }
    return true;
}

bool Kusto::accepts(const json& resource) const {
    return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& condition) {
        const auto value = as_text(member(resource, condition.path));
        return condition.not_empty ? !value.empty() : rdpsweep::iequals(value, condition.value);
    });
}

json Kusto::project(const json& resource) const {
    if (columns_.empty()) return resource;
    auto row = json::object();
    for (const auto& [name, expression] : columns_)
        row[name] = evaluate(resource, expression);
    return row;
}

bool Kusto::projects_id() const {
    return columns_.empty() ||
           std::any_of(columns_.begin(), columns_.end(), [](const auto& column) {
               return column.first == "id";
           });
}

} // namespace simfleet
