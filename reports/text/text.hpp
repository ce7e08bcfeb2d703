// The final screen: at most 40 lines, whatever the size of the fleet.
#pragma once

#include "reports/report.hpp"

namespace rdpsweep {

inline constexpr std::size_t screen_lines = 40; // a terminal's height, less a little

std::unique_ptr<Reporter>
make_text_report(Sink sink, const Catalogue& messages, ReportOptions options);

} // namespace rdpsweep
