// A command in a shell that exists, by the steps a WinRM session takes.
#pragma once

#include "transports/winrm/shell.hpp"

namespace rdpsweep::test {

// Starts the command, receives until it is done, and terminates it: after a failure only the
// shell's removal is left.
inline Task<Result<CommandOutput>> run_in_shell(
    winrm::Shell& shell, std::string command, std::string arguments, HostDeadline& deadline
) {
    auto started = co_await shell.start(std::move(command), std::move(arguments), deadline);
    if (!started) co_return std::move(started).error();
    CommandOutput output;
    auto received = co_await shell.receive(output, deadline);
    if (!received) co_return std::move(received).error();
    co_await shell.terminate(deadline);
    co_return output;
}

} // namespace rdpsweep::test
