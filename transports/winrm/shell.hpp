// One cmd shell on one host: create, run, receive until done, terminate, delete.
#pragma once

#include "core/idle_exchanges.hpp"
#include "transports/transport.hpp"
#include "transports/winrm/connection.hpp"
#include "transports/winrm/wsman.hpp"

namespace rdpsweep::winrm {

struct ShellBudget {
    Clock::duration step = limits::step; // one exchange; Receive adds its operation timeout
    Clock::duration quota_delay = std::chrono::seconds(5); // first pause; then twice, four times
    IdleRules receives = {};                               // of one receive()
};

class Shell {
public:
    // endpoint is https://host:port/wsman. poster and attempt must outlive it.
    Shell(std::string endpoint, Poster& poster, ShellBudget budget, Attempt& attempt);

    // Creates the shell; quota faults are waited out within the deadline. Error{open, ...}.
    Task<Status> create(ShellOptions options, HostDeadline& deadline);

    // Starts one command line.
    Task<Status> start(std::string command, std::string arguments, HostDeadline& deadline);
    Task<Status> send(std::string input, HostDeadline& deadline); // all of stdin, in pieces

    // Tells receive() what ends the output before the command does. Null: nothing.
    void watch(OutputWatch whole) { whole_ = std::move(whole); }

    // Adds to output what the command prints until it ends, at most limits::stdout_bytes a stream.
    // A lost connection is Error{run, peer_closed}; receive() may then be called again on a new
    // one, with the same output. Error{run, protocol_violation} where the host answers again and
    // again, at once, with next to nothing. What was printed is charged to the host until the next
    // start().
    Task<Status> receive(CommandOutput& output, HostDeadline& deadline);

    // Tells the host that the command's output was taken.
    Task<void> terminate(HostDeadline& deadline);

    // Leaves nothing behind. True when the host confirmed, or the shell was gone already.
    Task<bool> remove(HostDeadline& deadline);

    [[nodiscard]] bool exists() const noexcept { return !conversation_.shell_id.empty(); }

    [[nodiscard]] const std::string& owner() const noexcept { return owner_; }

private:
    Task<Result<Reply>> ask(Message message, HostDeadline& deadline, Clock::duration limit);
    std::chrono::seconds
    operation_timeout(const HostDeadline& deadline, std::chrono::seconds longest) const;

    Poster& poster_;
    ShellBudget budget_;
    Attempt& attempt_;
    Conversation conversation_;
    std::string owner_;
    std::string command_id_;
    HeldBytes held_; // what the command printed
    OutputWatch whole_;
};

} // namespace rdpsweep::winrm
