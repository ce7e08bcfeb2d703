// One self-contained page for a whole fleet: opens without network and without JavaScript.
#pragma once

#include "reports/report.hpp"

namespace rdpsweep {

std::unique_ptr<Reporter>
make_html_report(Sink sink, const Catalogue& messages, ReportOptions options);

} // namespace rdpsweep
