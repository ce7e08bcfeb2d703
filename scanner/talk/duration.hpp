// Durations as people write them: 500ms, 30s, 15m, 2h.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

// Reads one whole or decimal number and one unit of ms, s, m, h. Nothing when the text is something
// else (a bare number too: 30 what?), is not above zero or exceeds 30 days.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// Returns the shortest exact form: "1500ms", "90s", "2h".
std::string to_text(std::chrono::milliseconds duration);

} // namespace rdpsweep
