// Where a hostile disk is read: a process that can compute, take memory, and talk to its parent.
#pragma once

#include "core/result.hpp"

#include <chrono>
#include <cstdint>

namespace rdpsweep::offline {

struct SandboxRules {
    std::uint64_t memory = std::uint64_t{256} << 20U; // address space; measured: 30 MiB are used
    std::chrono::seconds cpu{20};                     // measured: 70 ms are used
};

// Shuts this process in for good. Afterwards it reads descriptor 0, writes 1 and 2, and manages its
// own memory; any other call of the system ends it with SIGSYS. All other descriptors are closed,
// the environment is gone, it dies with its parent, dumps no core and writes no file. What a
// library makes ready at its first call (time zone, digests) is made ready before.
// Error{run, local_limit}: the kernel does not do it; then nothing may be read.
Status enter_sandbox(const SandboxRules& rules = {});

} // namespace rdpsweep::offline
