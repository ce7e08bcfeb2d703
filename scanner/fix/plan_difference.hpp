// The first thing in which two plans differ. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace rdpsweep {

// Where, in words: "/canaries", or "host web-01: /changes/0/after". Values are JSON, made
// printable; "nothing": it is not there.
struct PlanDifference {
    std::string where;
    std::string expected, found;
};

// Returns nothing when both are the same. Members of one alone are a difference.
std::optional<PlanDifference>
first_difference(const nlohmann::json& expected, const nlohmann::json& found);

} // namespace rdpsweep
