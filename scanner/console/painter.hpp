// Shows a VM's screen on a person's terminal. What the VM sends is rendered first and painted by
// us, so that no escape sequence of a stranger reaches the terminal: no title, no clipboard, no
// query.
#pragma once

#include "core/terminal_text.hpp"
#include "transports/serial/screen.hpp"

#include <array>
#include <string>

namespace rdpsweep {

class ScreenPainter {
public:
    // Returns what has to be written so that the terminal shows the screen; status is a line of
    // ours below it.
    TerminalText paint(const serial::Screen& screen, const std::string& status);

private:
    std::array<TerminalText, serial::screen_rows + 1> shown_;
    bool begun_ = false;
};

} // namespace rdpsweep
