// The serial port behind Azure's gateway: a WebSocket that takes our token as its first message.
#pragma once

#include "core/outcome.hpp"
#include "transports/serial/arm_console.hpp"
#include "transports/serial/outcome.hpp"
#include "transports/serial/pipe.hpp"
#include "transports/services.hpp"

#include <memory>

namespace rdpsweep::serial {

// Returns what a closed console means: code and reason as the gateway gave them, and how far we
// were.
ConsoleOutcome meaning_of_close(std::uint16_t code, std::string_view reason, bool began) noexcept;

// A way into a console: where its gateway is, and the token that opens it once.
struct Entrance {
    Gateway gateway;
    Secret token;
};

// Connects, shows the token once and waits for the first word behind it. Error of an outcome: the
// token goes to the gateway's host alone, never into a URL. attempt must outlive the pipe.
Task<Result<std::unique_ptr<Pipe>>>
open_ws_pipe(Entrance entrance, Services& services, HostDeadline& deadline, Attempt& attempt);

} // namespace rdpsweep::serial
