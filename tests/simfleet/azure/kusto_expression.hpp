// What a Kusto query computes of a row: members, literals, the functions and comparisons that
// people ask Resource Graph with. What it does not know, it refuses.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace simfleet {

using KustoExpression = std::function<nlohmann::json(const nlohmann::json& row)>;

// Nothing for what is no expression that this one knows. A condition is one whose value is true.
std::optional<KustoExpression> parse_kusto_expression(std::string_view text);

// Returns text, taken apart at separators that stand in no bracket and no quotes, trimmed.
std::vector<std::string_view> split_outside(std::string_view text, char separator);

} // namespace simfleet
