// Runs PowerShell behind a command prompt on the console: nothing is written to the VM's disk,
// every byte is checked in both directions.
#pragma once

#include "transports/serial/coding.hpp"
#include "transports/serial/terminal.hpp"
#include "transports/transport.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rdpsweep::serial {

class ShellLink {
public:
    explicit ShellLink(Terminal& terminal) : terminal_(terminal) {}

    // Waits after the logon until keys get through (the first ones are eaten), and proves that all
    // characters we type arrive as themselves. Error no_echo, keyboard_layout_mismatch.
    Task<Status> settle(HostDeadline& deadline);

    // The account that the shell runs as, "corp\svc", and whether with an administrator's rights.
    struct Identity {
        std::string user;
        bool elevated = false;
    };

    Task<Result<Identity>> who(HostDeadline& deadline);

    // What a short line printed.
    struct Said {
        std::vector<std::string> rows; // without blank ones
        bool whole = true;             // nothing has scrolled away
    };

    // Runs one line of cmd. Error transfer_corrupt, probe_timeout.
    Task<Result<Said>> command(std::string line, HostDeadline& deadline);

    // Runs the script by a PowerShell of its own. Error clm_restricted, transfer_corrupt,
    // probe_timeout; Error{run, nonzero_exit} 9009 where PowerShell is not there. What it printed
    // is charged to the host until the next one.
    Task<Result<CommandOutput>>
    run(const Script& script, const ScriptInput& input, HostDeadline& deadline);

    // Types `exit`, where the shell's prompt shows.
    Task<Status> exit(HostDeadline& deadline);

    // Returns the build by the banner; 0 before settle().
    [[nodiscard]] std::uint32_t build() const noexcept { return build_; }

    // Tells whether the console paints differences (up to Windows Server 2019) instead of a stream.
    [[nodiscard]] bool paints_differences() const noexcept { return differences_; }

    // Counts the lines and rows that had to be sent again.
    [[nodiscard]] std::size_t resent() const noexcept { return resent_; }

private:
    Task<Status> wake(HostDeadline& deadline);
    Task<Status> prove_alphabet(HostDeadline& deadline);
    Task<Status> type_line(std::string line, HostDeadline& deadline);
    Task<Result<bool>> wait_for_prompt(Clock::duration limit, HostDeadline& deadline);
    Task<Result<bool>> interrupt(HostDeadline& deadline);
    Task<Result<bool>> type_again(char key, const std::string& wanted, HostDeadline& deadline);
    Task<Status> clear(HostDeadline& deadline);
    Task<Status> start_loader(HostDeadline& deadline);
    Task<Status> first_line(const std::string& line, HostDeadline& deadline);
    Task<Status> push_letters(HostDeadline& deadline);
    Task<Status> wait_for_loader(HostDeadline& deadline);
    Task<Status> push(std::string_view text, HostDeadline& deadline);
    Task<Result<std::size_t>> wait_for_answers(std::size_t sent, HostDeadline& deadline);
    Task<Result<std::string>> read_pages(HostDeadline& deadline);
    Task<Result<PageEnd>> read_page(
        std::size_t page, std::string& text, Clock::duration patience, HostDeadline& deadline
    );
    Task<Result<CommandOutput>>
    transfer(const Script& script, const ScriptInput& input, HostDeadline& deadline);

    Terminal& terminal_;
    std::uint32_t build_ = 0;
    bool differences_ = false;
    std::size_t taken_ = 0; // lines that the loader has
    std::size_t resent_ = 0;
    HeldBytes held_; // what the last script printed
};

} // namespace rdpsweep::serial
