// A summary for tickets and pull requests (GitHub's Markdown).
#pragma once

#include "reports/report.hpp"

namespace rdpsweep {

// At most markdown_bytes for any fleet; what does not fit is said.
inline constexpr std::size_t markdown_bytes = 60'000; // GitHub takes 65,536 characters a comment

std::unique_ptr<Reporter>
make_markdown_report(Sink sink, const Catalogue& messages, ReportOptions options);

} // namespace rdpsweep
