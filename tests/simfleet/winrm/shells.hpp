// One VM's shells and the commands in them: what ShellHost keeps.
#pragma once

#include "core/asio.hpp"
#include "tests/simfleet/windows/interpreter.hpp"
#include "tests/simfleet/winrm/shell_host.hpp"
#include "tests/simfleet/winrm/transcript.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace simfleet {

struct ShellHost::Command {
    std::string id;
    std::string line;
    std::string input; // stdin so far
    bool input_ended = false;
    bool started = false; // has run: output and exit code are known
    Transcript output;
    std::uint32_t exit_code = 0;
    rdpsweep::Clock::time_point ready = rdpsweep::Clock::time_point::max();
    unsigned timeouts_left = 0; // Receives that a slow script still lets time out
    bool receiving = false;
    bool done_told = false;
    std::uint64_t done_on = 0; // the connection that it was told on
    bool gone = false;         // terminated, or its shell was deleted
    // The Receive that waits; touched by whoever changes the command.
    std::shared_ptr<rdpsweep::asio::steady_timer> waiting;

    // Whether the client knows of Done: what was written to a connection that broke may be lost,
    // and whoever goes on with the same one has read it.
    [[nodiscard]] bool done_known(std::uint64_t connection) const noexcept {
        return done_told && done_on == connection;
    }

    void wake() {
        if (waiting) waiting->cancel();
    }
};

struct ShellHost::Shell {
    std::string id;
    std::string locale;
    Environment environment;
    std::chrono::milliseconds idle_limit{};
    rdpsweep::Clock::time_point last_used = rdpsweep::Clock::now();
    std::map<std::string, std::shared_ptr<Command>> commands; // by lower-case id
};

struct ShellHost::Machine {
    std::map<std::string, std::shared_ptr<Shell>> shells; // by lower-case id
    unsigned creates = 0;
};

} // namespace simfleet
