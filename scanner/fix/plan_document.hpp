// The text of a plan as JSON, within the bounds of a plan's file.
#pragma once

#include "core/json.hpp"

#include <string_view>

namespace rdpsweep {

// Reads what plan_text() writes, of any size that write_plan() writes.
Result<nlohmann::json> parse_plan(std::string_view text);

} // namespace rdpsweep
