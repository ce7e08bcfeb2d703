// Groups of hosts as results, for SARIF viewers (OASIS SARIF 2.1.0).
#pragma once

#include "reports/report.hpp"

namespace rdpsweep {

// A rule is a root cause; a result is a group of hosts that are broken, at risk or without a
// verdict in the same way. Hosts are logical locations, at most sarif_locations a result; the
// message has the count of all. What was not assessed is a notification of the invocation.
inline constexpr std::size_t sarif_locations = 1'000; // GitHub's limit a result

std::unique_ptr<Reporter>
make_sarif_report(Sink sink, const Catalogue& messages, ReportOptions options);

} // namespace rdpsweep
