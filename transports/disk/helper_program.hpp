// Where the program rdpsweep-disk is, and whether it works on this machine.
#pragma once

#include "core/host_deadline.hpp"
#include "core/result.hpp"

#include <string>

namespace rdpsweep::disk {

// Returns the path of rdpsweep-disk: given, or beside this program, or in libexec/rdpsweep beside
// its folder. Error{open, not_found}: there is none, and the hint says how to get it.
Result<std::string> find_helper(const std::string& given);

// Starts the program twice: once it has to answer from its sandbox, once to die there of an open().
// Error{open or run, ...}: what of that did not happen.
Task<Status> try_helper(std::string program, HostDeadline& deadline);

} // namespace rdpsweep::disk
