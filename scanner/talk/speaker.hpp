// How a run speaks to its user: everything that it says on stderr, and the line that shows how far
// it is. Data goes to stdout, by write_out(). A terminal that is stopped (Ctrl-S) stops no run.
#pragma once

#include "core/error.hpp"
#include "core/terminal_writer.hpp"
#include "scanner/talk/step.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

class Speaker {
public:
    // quiet: -q, no progress and no advice.
    explicit Speaker(bool quiet);

    // Writes text, whole lines. A line that is drawn makes room for it; the next draw() brings it
    // back.
    void say(const TerminalText& text);

    // Says it unless quiet.
    void advise(const TerminalText& text);

    // Says an error in its three lines; returns status, so that a verb can end with it.
    int fail(const Error& error, int status);

    // Says why the verb ends; returns its exit status.
    int leave(const EarlyEnd& end);

    // Writes text on a new line: what stands there stays, such as a drawn line and the ^C that a
    // terminal echoes.
    void say_below(const TerminalText& text);

    // Shows how far the run is: on a terminal in place of what was drawn before, else as a line of
    // its own. Nothing when quiet, or while what was said before was not taken yet: the next one
    // shows more.
    void draw(const TerminalText& line);

    // Takes the drawn line away.
    void erase();

    // Until catch_up() nothing that is said waits for its reader. Else each call does, as long as
    // patience().
    void run_ahead() noexcept { ahead_ = true; }

    void catch_up();

    // Makes patience() end then, but for limits::last_words.
    void end_by(std::chrono::steady_clock::time_point when) noexcept { end_ = when; }

    // Makes it limits::last_words: the run was told to end.
    void hurry() noexcept { end_ = std::chrono::steady_clock::time_point::min(); }

    // Returns how long to wait for a reader that takes nothing, on any output.
    [[nodiscard]] Writer::Duration patience() const noexcept;

    [[nodiscard]] bool on_terminal() const noexcept { return terminal_; }

private:
    TerminalWriter& err();
    void write(const TerminalText& text);

    std::unique_ptr<TerminalWriter> err_; // made when there is something to say
    std::optional<std::chrono::steady_clock::time_point> end_;
    bool ahead_ = false;
    bool quiet_;
    bool terminal_;
    bool drawn_ = false;
};

} // namespace rdpsweep
