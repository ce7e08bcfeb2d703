// The words that set a flag, wherever they come from.
#pragma once

#include <optional>
#include <string>

namespace rdpsweep::cli {

// Returns how often a value sets its flag, -1 for taken back; nothing for text that is no value of
// a flag.
std::optional<int> flag_value(const std::string& value);

} // namespace rdpsweep::cli
