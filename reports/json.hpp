// The whole run as one JSON document, rdpsweep.report/1 (docs/schema/report-1.schema.json).
#pragma once

#include "reports/report.hpp"

namespace rdpsweep {

// Writes when the run is over, host by host: the fleet is never in memory.
std::unique_ptr<Reporter>
make_json_report(Sink sink, const Catalogue& messages, ReportOptions options);

} // namespace rdpsweep
