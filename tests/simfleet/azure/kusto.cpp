// Reads the steps of a query and takes rows through them; what it does not know, it refuses.
#include "tests/simfleet/azure/kusto.hpp"

#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <map>

namespace simfleet {

using nlohmann::json;
using rdpsweep::ascii_lower;
using rdpsweep::trim;

namespace {

using Named = std::pair<std::string, KustoExpression>;

// "name=expression", or an expression that is a name or a member and gives the column its name.
std::optional<Named> named_expression(std::string_view text) {
    const auto equals = text.find('=');
    const bool named = equals != std::string_view::npos && equals + 1 < text.size() &&
                       text[equals + 1] != '=' && text[equals + 1] != '~' && equals != 0 &&
                       std::string_view("!<>").find(text[equals - 1]) == std::string_view::npos;
    auto expression = parse_kusto_expression(named ? trim(text.substr(equals + 1)) : text);
    if (!expression) return {};
    std::string name(named ? trim(text.substr(0, equals)) : text);
    // Kusto calls properties.a.b properties_a_b.
    if (!named) std::replace(name.begin(), name.end(), '.', '_');
    return Named(std::move(name), *std::move(expression));
}

std::optional<std::vector<Named>> named_expressions(std::string_view list) {
    std::vector<Named> all;
    for (const auto part : split_outside(list, ',')) {
        auto one = named_expression(part);
        if (!one) return {};
        all.push_back(*std::move(one));
    }
    return all;
}

bool before(const json& left, const json& right) {
    if (left.type() == right.type() || (left.is_number() && right.is_number())) return left < right;
    return left.is_null();
}

std::optional<std::size_t> read_number(std::string_view text) {
    std::size_t number = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (wrong != std::errc() || end != text.data() + text.size()) return {};
    return number;
}

// The text behind a word and a blank, in any letter case; nothing where another word is first.
std::optional<std::string_view> behind(std::string_view text, std::string_view word) {
    if (text.size() <= word.size() || trim(text.substr(word.size(), 1)) != "") return {};
    if (!rdpsweep::iequals(text.substr(0, word.size()), word)) return {};
    return trim(text.substr(word.size()));
}

} // namespace

std::optional<Kusto> Kusto::parse(std::string_view text) {
    auto steps = split_outside(trim(text), '|');
    Kusto query;
    // The name of a table, in any letter case; without one it is Resources.
    const bool named = steps.front().find_first_of(" \t\r\n") == std::string_view::npos &&
                       ascii_lower(steps.front()) != "count";
    if (named) {
        query.table_ = ascii_lower(steps.front());
        if (query.table_ != "resources" && query.table_ != "resourcecontainers") return {};
        steps.erase(steps.begin());
    }
    for (const auto step : steps)
        if (!query.read_step(step)) return {};
    return query;
}

bool Kusto::pass(Place step, Place end, json& row) {
    for (; step != end; ++step) {
        if (step->row) {
            row = step->row(row);
            continue;
        }
        const auto value = step->where(row);
        if (!value.is_boolean() || !value.get<bool>()) return false;
    }
    return true;
}

Kusto::Rows Kusto::run(const Source& source) const {
    const auto of_all = [](const Step& step) { return step.table != nullptr; };
    auto end = std::find_if(steps_.begin(), steps_.end(), of_all);
    Rows rows;
    // Row by row as far as that goes, so that not all resources are in memory at once.
    source([&](json resource) {
        if (pass(steps_.begin(), end, resource)) rows.push_back(std::move(resource));
    });
    while (end != steps_.end()) {
        end->table(rows);
        const auto next = std::find_if(end + 1, steps_.end(), of_all);
        Rows kept;
        for (auto& row : rows)
            if (pass(end + 1, next, row)) kept.push_back(std::move(row));
        rows = std::move(kept);
        end = next;
    }
    return rows;
}

bool Kusto::has_pages() const {
    const bool id =
        columns_.empty() || std::find(columns_.begin(), columns_.end(), "id") != columns_.end();
    return id && !limited_;
}

bool Kusto::read_step(std::string_view step) {
    if (const auto rest = behind(step, "where")) return read_where(*rest);
    if (const auto rest = behind(step, "project")) return read_project(*rest, false);
    if (const auto rest = behind(step, "extend")) return read_project(*rest, true);
    if (const auto rest = behind(step, "limit")) return read_take(*rest);
    if (const auto rest = behind(step, "take")) return read_take(*rest);
    if (const auto rest = behind(step, "top")) return read_top(*rest);
    if (const auto rest = behind(step, "distinct")) return read_distinct(*rest);
    if (const auto rest = behind(step, "summarize")) return read_summarize(*rest);
    if (ascii_lower(step) == "count") {
        count_by("Count", {});
        return true;
    }
    auto order = behind(step, "order");
    if (!order) order = behind(step, "sort");
    if (order) order = behind(*order, "by");
    return order && read_order(*order);
}

bool Kusto::read_where(std::string_view condition) {
    auto expression = parse_kusto_expression(condition);
    if (!expression) return false;
    steps_.push_back({*std::move(expression)});
    return true;
}

bool Kusto::read_project(std::string_view list, bool all) {
    const auto named = named_expressions(list);
    if (!named) return false;
    if (!all) columns_.clear();
    // What is added to rows that each have their own columns stays theirs.
    if (!all || !columns_.empty()) {
        for (const auto& [name, expression] : *named)
            if (std::find(columns_.begin(), columns_.end(), name) == columns_.end())
                columns_.push_back(name);
    }
    steps_.push_back({{}, [named = *named, all](const json& row) {
                          auto made = all ? row : json::object();
                          for (const auto& [name, expression] : named)
                              made[name] = expression(row);
                          return made;
                      }});
    return true;
}

bool Kusto::read_order(std::string_view keys) {
    struct Key {
        KustoExpression value;
        bool down;
    };

    std::vector<Key> order;
    for (auto text : split_outside(keys, ',')) {
        // From the largest down, unless it says otherwise.
        const bool up = ascii_lower(text).ends_with(" asc");
        if (up || ascii_lower(text).ends_with(" desc"))
            text = trim(text.substr(0, text.rfind(' ')));
        auto value = parse_kusto_expression(text);
        if (!value) return false;
        order.push_back({*std::move(value), !up});
    }
    ordered_ = true;
    steps_.push_back({{}, {}, [order](Rows& rows) {
                          std::stable_sort(
                              rows.begin(),
                              rows.end(),
                              [&order](const json& a, const json& b) {
                                  for (const auto& [value, down] : order) {
                                      const auto left = value(down ? b : a);
                                      const auto right = value(down ? a : b);
                                      if (before(left, right)) return true;
                                      if (before(right, left)) return false;
                                  }
                                  return false;
                              }
                          );
                      }});
    return true;
}

bool Kusto::read_take(std::string_view text) {
    const auto number = read_number(text);
    if (!number) return false;
    limited_ = true;
    steps_.push_back({{}, {}, [most = *number](Rows& rows) {
                          rows.resize(std::min(rows.size(), most));
                      }});
    return true;
}

bool Kusto::read_top(std::string_view text) {
    const auto blank = text.find(' ');
    if (blank == std::string_view::npos) return false;
    const auto by = behind(trim(text.substr(blank)), "by");
    return by && read_order(*by) && read_take(text.substr(0, blank));
}

bool Kusto::read_distinct(std::string_view list) {
    if (!read_project(list, false)) return false;
    steps_.push_back({{}, {}, [](Rows& rows) {
                          Rows kept;
                          for (auto& row : rows)
                              if (std::find(kept.begin(), kept.end(), row) == kept.end())
                                  kept.push_back(std::move(row));
                          rows = std::move(kept);
                      }});
    return true;
}

// "[name=]count() [by a, b]"
bool Kusto::read_summarize(std::string_view text) {
    const auto by = ascii_lower(text).find(" by ");
    const auto what = trim(text.substr(0, by));
    const auto equals = what.find('=');
    const auto call = equals == std::string_view::npos ? what : trim(what.substr(equals + 1));
    if (ascii_lower(call) != "count()") return false;
    std::string name = "count_";
    if (equals != std::string_view::npos) name = trim(what.substr(0, equals));
    if (by == std::string_view::npos) {
        count_by(std::move(name), {});
        return true;
    }
    auto keys = named_expressions(trim(text.substr(by + 4)));
    if (!keys) return false;
    count_by(std::move(name), *std::move(keys));
    return true;
}

void Kusto::count_by(std::string name, std::vector<Named> keys) {
    columns_.clear();
    for (const auto& [key, expression] : keys)
        columns_.push_back(key);
    columns_.push_back(name);
    steps_.push_back({{}, {}, [name, keys](Rows& rows) {
                          std::map<json, std::size_t> counts;
                          if (keys.empty()) counts[json::object()] = 0;
                          for (const auto& row : rows) {
                              auto group = json::object();
                              for (const auto& [key, expression] : keys)
                                  group[key] = expression(row);
                              ++counts[group];
                          }
                          rows.clear();
                          for (const auto& [group, count] : counts) {
                              rows.push_back(group);
                              rows.back()[name] = count;
                          }
                      }});
}

} // namespace simfleet
