// Sets a fleet up, serves it until told to stop, and leaves its statistics.
#pragma once

#include "core/result.hpp"
#include "tests/simfleet/options.hpp"

namespace simfleet {

// Writes ca.pem, inventory.yaml and truth.json, prints "ready PORT" on stdout and returns after
// SIGINT, SIGTERM or, if asked, the end of stdin. SIGUSR1 writes the statistics on the way,
// SIGUSR2 holds the output of all scripts or lets go of it.
rdpsweep::Status run_fleet(Options options);

} // namespace simfleet
