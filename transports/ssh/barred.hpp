// Accounts that may log on and run nothing: their SSH server says so instead of running a command.
#pragma once

#include "core/error.hpp"
#include "transports/transport.hpp"

#include <optional>

namespace rdpsweep::ssh {

// Reads the output of a command that failed; nothing when the server did run it. Error{run,
// blocked_by_policy}: the logon itself was good.
std::optional<Error> read_barred(const CommandOutput& output);

} // namespace rdpsweep::ssh
