// Moves among the channels of the Special Administration Console without touching anybody else's:
// arrives whatever is on the screen, opens a channel of its own, enters it, leaves nothing behind.
#pragma once

#include "transports/serial/reading.hpp"
#include "transports/serial/sac_command.hpp"
#include "transports/serial/terminal.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace rdpsweep::serial {

// What SAC tells without a logon.
struct SacFacts {
    std::uint32_t build = 0; // 0: not told
    std::string identity;    // rows of `id`, as they stood
    std::string clock;       // rows of `s`
};

class SacMux {
public:
    explicit SacMux(Terminal& terminal) : terminal_(terminal) {}

    // Lets the past go by, waits for a Windows that starts (booted: Unix seconds, 0 where not
    // known), and gets to SAC's prompt. The first keys are ESC TAB 0, which no program ever gets;
    // nothing that somebody has half typed is run. Error of an outcome.
    Task<Status> arrive(std::int64_t booted, HostDeadline& deadline);

    // Opens a command prompt in a new channel, waiting for the service behind it where it is late.
    // Precondition: at SAC's prompt. Afterwards channel() is its name.
    Task<Status> open_channel(HostDeadline& deadline);

    // Switches to channel() and dismisses its switch screen.
    Task<Status> enter(HostDeadline& deadline);

    // Goes back to SAC's prompt from wherever we are; closes channel() by its name where it still
    // lives. False when it could not be closed.
    Task<bool> leave(HostDeadline& deadline);

    // Asks by `id` and `s`. Precondition: at SAC's prompt.
    Task<Result<SacFacts>> ask(HostDeadline& deadline);

    // Returns the name of our channel; empty: none of ours is open.
    [[nodiscard]] const std::string& channel() const noexcept { return channel_; }

    // Tells whether a channel was asked for and the connection was lost before its name was known.
    [[nodiscard]] bool may_have_opened() const noexcept { return asked_; }

    // Forgets the channel: Windows ended under it.
    void forget_channel() noexcept {
        channel_.clear();
        asked_ = false;
    }

    // Counts the command channels that others had open when we came.
    [[nodiscard]] std::size_t foreign_channels() const noexcept { return foreign_; }

private:
    struct Started {
        bool open = false;
        std::string words; // what SAC said where none is open yet, but may be later
    };

    Task<Status> wait_for_boot(std::int64_t booted, HostDeadline& deadline);
    Task<Status> to_sac(HostDeadline& deadline);
    Task<Result<bool>> see_sac_screen(HostDeadline& deadline);
    Task<Status> clear_line(HostDeadline& deadline);
    Task<Result<std::vector<std::string>>> command(std::string text, HostDeadline& deadline);
    Task<Result<bool>> say(const std::string& text, HostDeadline& deadline);
    Task<Status> wait_for_prompt(HostDeadline& deadline);
    Task<Result<std::vector<ChannelRow>>> channels(HostDeadline& deadline);
    Task<Result<Started>> start_prompt(const std::set<std::string>& known, HostDeadline& deadline);
    [[nodiscard]] Error silent() const;
    [[nodiscard]] std::vector<std::string> fresh_rows(const std::string& said) const;

    Terminal& terminal_;
    std::string channel_;
    bool asked_ = false; // for a channel that is not named yet
    std::size_t foreign_ = 0;
    bool past_ = false; // the port had said something before we typed
};

} // namespace rdpsweep::serial
