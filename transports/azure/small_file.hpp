// A file that holds one secret: a token, a key, a certificate with its key.
#pragma once

#include "core/result.hpp"
#include "core/secret.hpp"

#include <cstddef>
#include <string>

namespace rdpsweep::azure {

// Returns the file's content without the white space around it. what names it in errors:
// Error{config, ...} when it cannot be read, is empty, or holds more than most bytes.
Result<Secret>
read_secret_file(const std::string& path, const std::string& what, std::size_t most = 64u << 10);

} // namespace rdpsweep::azure
