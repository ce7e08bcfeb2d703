// Opens a file that is ours alone, by the folder it is in.
#pragma once

#include "core/descriptor.hpp"
#include "core/result.hpp"

#include <string>

namespace rdpsweep {

// Opens the file called name in a folder: a regular file, no link, ours, and written by nobody else
// (check_ours). flags as of open(2); with O_CREAT one that is missing is made, with mode 0600
// whatever the umask. path: of both, for errors: Error{config, ...}: not_found, access_denied for
// what the rules refuse, else local_limit with the system's words. It never waits, as opening a
// FIFO would.
Result<Descriptor>
open_own_file(int folder, const std::string& name, const std::string& path, int flags);

// Tells whether a name stays in the folder it is looked up in.
bool is_plain_name(const std::string& name) noexcept;

} // namespace rdpsweep
