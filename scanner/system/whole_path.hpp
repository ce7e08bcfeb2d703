// Names of files that mean the same from every folder.
#pragma once

#include <string>

namespace rdpsweep {

// Returns path from the root: folder stands before one that begins elsewhere. "-" and an empty path
// are no names, and without a folder nothing is changed.
std::string whole_path(const std::string& path, const std::string& folder);

// Returns the folder that relative names are meant from; empty where it cannot be told.
std::string current_folder();

} // namespace rdpsweep
