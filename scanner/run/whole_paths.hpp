// The names of files in a run's options, such that they mean the same from every folder.
#pragma once

#include "scanner/options/scan_options.hpp"

#include <string>

namespace rdpsweep {

// Returns the options with folder before each relative name of a file (whole_path.hpp). Of
// exec:PROGRAM only the program is such a name, and not its arguments.
ScanOptions with_whole_paths(ScanOptions options, const std::string& folder);

// Returns what -i says (azure: with subscriptions, or a file), the file with folder before it.
std::string whole_source(const std::string& written, const std::string& folder);

// Returns a word of -t (a host, or @FILE), the file with folder before it.
std::string whole_target(const std::string& written, const std::string& folder);

} // namespace rdpsweep
