// One host a line as JSON, written while the sweep runs, and a last line with the totals.
#pragma once

#include "reports/report.hpp"

namespace rdpsweep {

// Makes the report. Each line is a host object of rdpsweep.report/1 with "schema":
// "rdpsweep.result/1" and "run" (left out of lines written live when ReportOptions does not name
// the run). Hosts come in completion order; those that on_host never saw (a resumed or a stored
// run, targets never attempted) follow at the end in inventory order, so that every target has its
// line.
std::unique_ptr<Reporter>
make_jsonl_report(Sink sink, const Catalogue& messages, ReportOptions options);

} // namespace rdpsweep
