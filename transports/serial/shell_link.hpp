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

    // After the logon: waits until keys get through (the first ones are eaten), and proves that all
    // characters we type arrive as themselves. Error no_echo, keyboard_layout_mismatch.
    Task<Status> settle(HostScope& scope);

    // As whom the shell runs, "corp\svc", and whether with an administrator's rights.
    struct Identity {
        std::string user;
        bool elevated = false;
    };

    Task<Result<Identity>> who(HostScope& scope);

    // What a short line printed.
    struct Said {
        std::vector<std::string> rows; // without blank ones
        bool whole = true;             // nothing has scrolled away
    };

    // Runs one line of cmd. Error transfer_corrupt, probe_timeout.
    Task<Result<Said>> command(std::string line, HostScope& scope);

    // The script by a PowerShell of its own. Error clm_restricted, transfer_corrupt, probe_timeout;
    // Error{run, nonzero_exit} 9009 where PowerShell is not there.
    Task<Result<CommandOutput>>
    run(const Script& script, const ScriptInput& input, HostScope& scope);

    // `exit`, where the shell's prompt shows.
    Task<Status> exit(HostScope& scope);

    // By the banner; 0 before settle().
    [[nodiscard]] std::uint32_t build() const noexcept { return build_; }

    // Whether the console paints differences (up to Windows Server 2019) instead of a stream.
    [[nodiscard]] bool paints_differences() const noexcept { return differences_; }

    // Lines and rows that had to be sent again.
    [[nodiscard]] std::size_t resent() const noexcept { return resent_; }

private:
    Task<Status> wake(HostScope& scope);
    Task<Status> prove_alphabet(HostScope& scope);
    Task<Status> type_line(std::string line, HostScope& scope);
    Task<Result<bool>> wait_for_prompt(Clock::duration limit, HostScope& scope);
    Task<Result<bool>> interrupt(HostScope& scope);
    Task<Result<bool>> type_again(char key, const std::string& wanted, HostScope& scope);
    Task<Status> clear(HostScope& scope);
    Task<Status> start_loader(HostScope& scope);
    Task<Status> first_line(const std::string& line, HostScope& scope);
    Task<Status> push_letters(HostScope& scope);
    Task<Status> wait_for_loader(HostScope& scope);
    Task<Status> push(std::string_view text, HostScope& scope);
    Task<Result<std::size_t>> wait_for_answers(std::size_t sent, HostScope& scope);
    Task<Result<std::string>> read_pages(HostScope& scope);
    Task<Result<PageEnd>>
    read_page(std::size_t page, std::string& text, Clock::duration patience, HostScope& scope);
    Task<Result<CommandOutput>>
    transfer(const Script& script, const ScriptInput& input, HostScope& scope);

    Terminal& terminal_;
    std::uint32_t build_ = 0;
    bool differences_ = false;
    std::size_t taken_ = 0; // lines that the loader has
    std::size_t resent_ = 0;
};

} // namespace rdpsweep::serial
