// The helper's life: enter the sandbox, read the disk that the parent serves, answer, end.
#pragma once

#include <span>

#include "offline/facts_from_disk.hpp"

namespace rdpsweep::offline {

using FactsReader = Result<std::string> (*)(ByteSource& disk, const DiskOptions& options);

// arguments: the size of the disk, a nonce, a task of core/disk_wire.hpp. The parent is on
// descriptors 0 and 1. Never returns: whatever happens, the process ends without the destructors of
// libraries, which would want more than the sandbox allows.
[[noreturn]] void run_helper(std::span<const char* const> arguments, FactsReader read);

} // namespace rdpsweep::offline
