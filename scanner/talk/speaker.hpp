// How a run speaks to its user: everything that it says on stderr, and the line that shows how far
// it is. Data goes to stdout, by write_out().
#pragma once

#include "core/error.hpp"
#include "scanner/talk/step.hpp"

#include <string>
#include <string_view>

namespace rdpsweep {

class Speaker {
public:
    // quiet: -q, no progress and no advice.
    explicit Speaker(bool quiet);

    // Writes text, whole lines. A line that is drawn makes room for it; the next draw() brings it
    // back.
    void say(std::string_view text);

    // Says it unless quiet.
    void advise(std::string_view text);

    // Says an error in its three lines; returns status, so that a verb can end with it.
    int fail(const Error& error, int status);

    // Says why the verb ends; returns its exit status.
    int leave(const EarlyEnd& end);

    // Writes text on a new line: what stands there stays, such as a drawn line and the ^C that a
    // terminal echoes.
    void say_below(std::string_view text);

    // Shows how far the run is: on a terminal in place of what was drawn before, else as a line of
    // its own. Nothing when quiet.
    void draw(const std::string& line);

    // Takes the drawn line away.
    void erase();

    [[nodiscard]] bool on_terminal() const noexcept { return terminal_; }

private:
    bool quiet_;
    bool terminal_;
    bool drawn_ = false;
};

} // namespace rdpsweep
