// A child process that is spoken to through two pipes.
#pragma once

#include "core/result.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

namespace simfleet {

// The caller closes the descriptors and ends the process.
struct PipedChild {
    int input = -1;  // what is written here the child reads
    int output = -1; // what the child prints
    pid_t process = 0;
};

// Starts program with its arguments, as for execvp. Error{config, local_limit} says why it could
// not; nothing is left open then.
rdpsweep::Result<PipedChild> start_piped(const std::vector<std::string>& program);

// Ends the child and waits for it.
void end_child(pid_t process) noexcept;

} // namespace simfleet
