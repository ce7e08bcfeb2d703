// Each host as a test case, for CI servers (JUnit XML as the Jenkins xUnit schema has it).
#pragma once

#include "reports/report.hpp"

namespace rdpsweep {

// Makes the report. failure: broken or at risk. error: not assessed, or assessed without a verdict.
// skipped: left out on purpose, or no RDP server there. One suite, written as the hosts are read;
// the class name is the root cause, by which CI servers group.
std::unique_ptr<Reporter>
make_junit_report(Sink sink, const Catalogue& messages, ReportOptions options);

} // namespace rdpsweep
