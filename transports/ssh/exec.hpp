// One command on a host: its input sent, its output read, its end told.
#pragma once

#include "transports/ssh/link.hpp"
#include "transports/transport.hpp"

#include <optional>
#include <string>
#include <string_view>

struct _LIBSSH2_CHANNEL;

namespace rdpsweep::ssh {

struct ExecInput {
    std::string text;  // to standard input
    OutputWatch whole; // null: the command's end is the end
};

class Exec {
public:
    Exec(Link& link, Attempt& attempt) : link_(link), attempt_(attempt) {}

    Exec(const Exec&) = delete;
    Exec& operator=(const Exec&) = delete;
    ~Exec();

    // Opens a session channel without a pty. Error{open, ...}. What the host may send without
    // being asked (the window), and what it printed, are charged to it while this lives.
    Task<Status> open(HostDeadline& deadline);

    // Runs command with what input says as its standard input, until it ends, its output is whole,
    // or the deadline passes. A signal that ended it becomes exit code 255 and a last line of err.
    // Error{run, ...}; output_limit beyond limits::stdout_bytes; protocol_violation where it takes
    // or gives byte by byte; timed_out when the host does not even answer keepalives for a step.
    Task<Result<CommandOutput>> run(std::string command, ExecInput input, HostDeadline& deadline);

    // Says that the channel is closed. What the host still says there is read by whatever uses the
    // session next: nobody waits for it.
    Task<void> close(HostDeadline& deadline);

private:
    Task<Status>
    send_input(const std::string& input, CommandOutput& output, HostDeadline& deadline);
    int write_some(std::string_view input, CommandOutput& output);
    Task<Status> read_output(CommandOutput& output, HostDeadline& deadline);
    Task<Status> keep(const CommandOutput& output, HostDeadline& deadline);
    Task<Status> read_until_end(CommandOutput& output, HostDeadline& deadline);
    Task<Status> hear_the_end(HostDeadline& deadline);
    Task<Status> wait_for_output(std::uint64_t seen, HostDeadline& deadline);
    [[nodiscard]] Error lost(const HostDeadline& deadline) const;
    static bool is_over(int code) noexcept; // the channel takes nothing any more
    int read_some(int stream, std::string& to);
    bool read_streams(CommandOutput& output);
    void keep_alive();
    void look(const CommandOutput& output);
    void tell_end(CommandOutput& output);

    // libssh2 queues as much as it lets the host send; its own default is 2 MiB.
    static constexpr std::uint32_t window = 256u << 10;

    Link& link_;
    Attempt& attempt_;
    OutputWatch whole_;
    std::optional<Clock::time_point> give_up_at_; // the output was whole a while before
    int failed_ = 0;                              // the code of the last read, if it failed
    _LIBSSH2_CHANNEL* channel_ = nullptr;
    HeldBytes held_; // the window, and what was read of it
};

} // namespace rdpsweep::ssh
