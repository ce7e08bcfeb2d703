// The SSH agent of this machine, asked without blocking: a hardware key may take its time.
#pragma once

#include "core/host_deadline.hpp"
#include "core/result.hpp"
#include "transports/ssh/agent_wire.hpp"

#include <string>
#include <vector>

namespace rdpsweep::ssh {

class Agent {
public:
    // path: its socket, as in SSH_AUTH_SOCK. step: for one exchange.
    Agent(std::string path, Clock::duration step) : path_(std::move(path)), step_(step) {}

    // Asks for the keys. Error{authenticate, unsupported | timed_out | ...}: no agent, or it does
    // not answer.
    Task<Result<std::vector<AgentKey>>> keys(HostDeadline& deadline);

    // Returns its signature of data with the key blob, as libssh2 wants it. The arguments are kept
    // by value: a coroutine outlives its caller's buffers.
    Task<Result<std::string>> sign(std::string blob, std::string data, HostDeadline& deadline);

private:
    Task<Result<std::string>> ask(std::string request, HostDeadline& deadline);

    std::string path_;
    Clock::duration step_;
};

} // namespace rdpsweep::ssh
