// The options of scan and check.
#pragma once

#include "scanner/cli/names.hpp"
#include "scanner/cli/option.hpp"
#include "scanner/options/scan_options.hpp"

#include <string>

namespace rdpsweep::cli {

// Returns the options that say how targets are reached; a scan also judges, and reports.
Options check_options(ScanOptions& scan, const CliNames& names);
Options scan_options(ScanOptions& scan, const CliNames& names);

// Returns what is wrong with the options of scan or check together; empty when nothing is.
std::string wrong_scan(const ScanOptions& scan);

} // namespace rdpsweep::cli
