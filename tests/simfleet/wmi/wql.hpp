// The part of WQL that a data query needs: SELECT columns FROM class WHERE condition.
#pragma once

#include "tests/simfleet/wmi/cim_row.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simfleet {

struct WqlQuery {
    std::vector<std::string> columns; // empty: *
    std::string class_name;
    std::function<bool(const CimRow&)> matches;
    std::vector<std::string> conditioned; // properties the condition names
};

// Nothing when text is not such a query. Comparisons of texts ignore case; backslashes in literals
// escape; LIKE knows %; times are compared with literals such as '20261124120000.000000+000'.
std::optional<WqlQuery> read_wql(std::string_view text);

} // namespace simfleet
