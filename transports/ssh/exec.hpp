// One command on a host: its input sent, its output read, its end told.
#pragma once

#include "transports/ssh/link.hpp"
#include "transports/transport.hpp"

struct _LIBSSH2_CHANNEL;

namespace rdpsweep::ssh {

class Exec {
public:
    Exec(Link& link, Attempt& attempt) : link_(link), attempt_(attempt) {}

    Exec(const Exec&) = delete;
    Exec& operator=(const Exec&) = delete;
    ~Exec();

    // Opens a session channel without a pty. Error{open, ...}. What the host may send without
    // being asked (the window), and what it printed, are charged to it while this lives.
    Task<Status> open(HostDeadline& deadline);

    // Runs command with input as its standard input, until it ends or the deadline passes. A signal
    // that ended it becomes exit code 255 and a last line of err. Error{run, ...}; output_limit
    // beyond limits::stdout_bytes; protocol_violation where it takes or gives byte by byte;
    // timed_out when the host does not even answer keepalives for a step.
    Task<Result<CommandOutput>> run(std::string command, std::string input, HostDeadline& deadline);

    // Closes the channel, as far as the deadline allows.
    Task<void> close(HostDeadline& deadline);

private:
    Task<Status> send_input(const std::string& input, HostDeadline& deadline);
    Task<Status> read_output(CommandOutput& output, HostDeadline& deadline);
    Task<Status> keep(const CommandOutput& output, HostDeadline& deadline);
    Task<Status> wait_for_end(HostDeadline& deadline);
    Task<bool> wait_for_output(HostDeadline& deadline);
    int read_some(int stream, std::string& to);
    void tell_end(CommandOutput& output);

    Link& link_;
    Attempt& attempt_;
    _LIBSSH2_CHANNEL* channel_ = nullptr;
    HeldBytes held_; // the window, and what was read of it
};

} // namespace rdpsweep::ssh
