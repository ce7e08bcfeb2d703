// The bytes between us and a serial port, in both directions; what everything above knows of the
// way.
#pragma once

#include "core/host_deadline.hpp"
#include "core/result.hpp"

#include <string>

namespace rdpsweep::serial {

class Pipe {
public:
    virtual ~Pipe() = default;

    // Sends keys: at most 256 bytes. An Error means that the connection is lost.
    virtual Task<Status> send(std::string keys, HostDeadline& deadline) = 0;

    // Returns what came, as soon as something has; empty when nothing did within limit. An Error
    // once all that came was given and the way is lost.
    virtual Task<Result<std::string>> receive(Clock::duration limit, HostDeadline& deadline) = 0;

    // Ends it in good order, in little time.
    virtual Task<void> close(HostDeadline& deadline) = 0;
};

} // namespace rdpsweep::serial
