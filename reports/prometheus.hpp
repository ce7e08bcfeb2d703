// Totals as metrics, for the textfile collector of Prometheus' node_exporter.
#pragma once

#include "reports/report.hpp"

namespace rdpsweep {

// Makes the report. No metric carries a host's name: the number of series follows the kinds of
// trouble, not the fleet.
std::unique_ptr<Reporter>
make_prometheus_report(Sink sink, const Catalogue& messages, ReportOptions options);

} // namespace rdpsweep
