// The first field of a known_hosts line: which hosts it is about, as OpenSSH decides it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::ssh {

// Tells whether the first field of a line is about name ("host" or "[host]:port", lower case):
// wildcards * and ?, ! for exceptions, hashed names (HMAC-SHA1). A pattern of 1,023 characters or
// more makes the field match nothing.
bool names_match(std::string_view names, std::string_view name);

// Returns the names of a field that is about exactly these, in lower case and each once. Returns
// nothing for a field that has to be compared with a name: it is hashed, or has a * ? or !.
std::optional<std::vector<std::string>> plain_names(std::string_view names);

} // namespace rdpsweep::ssh
