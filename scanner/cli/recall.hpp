// The options of a stored run, read again from the command line that began it.
#pragma once

#include "scanner/cli/names.hpp"
#include "scanner/options/scan_options.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

// Returns the options of a scan or check line; nothing when this version cannot read it.
std::optional<ScanOptions> recall_scan(const std::vector<std::string>& args, const CliNames& names);

} // namespace rdpsweep
