// A person's view of the console: a screen, keys, and patience. Waits look at what the screen
// shows, and only at rows painted since they began.
#pragma once

#include "core/outcome.hpp"
#include "transports/serial/outcome.hpp"
#include "transports/serial/pipe.hpp"
#include "transports/serial/screen.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace rdpsweep::serial {

// What the stream itself told, whatever the screen shows.
struct Signs {
    bool reboot = false;    // firmware, or the first thing that Windows' EMS says when it starts
    bool crash = false;     // EMS reports a bugcheck
    bool degraded = false;  // "!SAC>"
    bool health = false;    // the VM agent's report, which it writes only when SAC is off
    bool boot_text = false; // firmware or boot manager spoke last
    bool heard = false;     // anything at all
};

class Terminal {
public:
    // A function that looks at the screen; true ends the wait.
    using Ready = std::function<bool()>;

    Terminal(std::unique_ptr<Pipe> pipe, Attempt& attempt)
        : pipe_(std::move(pipe)), attempt_(attempt) {}

    [[nodiscard]] const Screen& screen() const noexcept { return *screen_; }

    [[nodiscard]] Screen& screen() noexcept { return *screen_; }

    // Returns the signs since the last forget_signs().
    [[nodiscard]] const Signs& signs() const noexcept { return signs_; }

    void forget_signs() noexcept { signs_ = {}; }

    // Makes only rows painted from now on count as fresh().
    void mark() noexcept { mark_ = screen_->stamp(); }

    [[nodiscard]] bool fresh(int row) const noexcept { return screen_->painted(row) > mark_; }

    // Tells whether anything was painted since mark().
    [[nodiscard]] bool news() const noexcept { return screen_->stamp() > mark_; }

    // Waits; false when limit passed first. Error when the way is lost, the VM crashed or starts
    // anew, or the host's time is over.
    Task<Result<bool>> until(Ready ready, Clock::duration limit, HostDeadline& deadline);

    // Reads until nothing came for silence, at most cap. Error as of until(), but the past tells
    // nothing: signs do not end it.
    Task<Status> quiet(Clock::duration silence, Clock::duration cap, HostDeadline& deadline);

    // Sends keys in frames of at most 256 bytes.
    Task<Status> type(std::string keys, HostDeadline& deadline);

    [[nodiscard]] bool lost() const noexcept { return lost_.has_value(); }

    // Returns what the port had said before the first key, its end; at most 16 KiB.
    [[nodiscard]] const std::string& past() const noexcept { return past_; }

    // Takes another connection to the same port; the screen is as blank as ours was.
    void reattach(std::unique_ptr<Pipe> pipe);

    Task<void> close(HostDeadline& deadline);

    [[nodiscard]] Attempt& attempt() noexcept { return attempt_; }

private:
    void take(const std::string& bytes);
    [[nodiscard]] std::optional<Error> trouble() const;

    std::unique_ptr<Pipe> pipe_;
    std::unique_ptr<Screen> screen_ = std::make_unique<Screen>();
    Attempt& attempt_;
    Signs signs_;
    std::string tail_; // the last bytes, for signs that are cut
    std::string past_;
    bool typed_ = false;
    std::uint64_t mark_ = 0;
    std::optional<Error> lost_;
};

// Returns the end of an error's sentence: "the screen showed: ...", at most 300 bytes of it.
std::string what_is_shown(const Terminal& terminal);

// Returns the Error for a host whose time is over, or a run that was interrupted.
Error out_of_time(const HostDeadline& deadline);

} // namespace rdpsweep::serial
