// Files of ours, read whole and bounded.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <string>

namespace rdpsweep {

// Returns the bytes of a file, a pipe, or ("-") of stdin. Errors have Phase::config:
// name_not_found, access_denied, output_limit (over limit bytes), else local_limit with the
// system's words.
Result<std::string> read_file(const std::string& path, std::size_t limit);

// Returns everything that descriptor still yields. path is for the error's text.
Result<std::string> read_descriptor(int descriptor, const std::string& path, std::size_t limit);

} // namespace rdpsweep
