// One row a host, for spreadsheets and scripts (RFC 4180).
#pragma once

#include "reports/report.hpp"

namespace rdpsweep {

// Makes the report. The header names are fixed; only the column "summary" is in the catalogue's
// language. Every cell of text is quoted, and one that a spreadsheet would take for a formula
// begins with an apostrophe.
std::unique_ptr<Reporter>
make_csv_report(Sink sink, const Catalogue& messages, ReportOptions options);

} // namespace rdpsweep
