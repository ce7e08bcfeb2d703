// What `check` says of one host.
#pragma once

#include "core/outcome.hpp"
#include "core/terminal_text.hpp"

namespace rdpsweep {

// Returns one line an attempt: the rung it ended on ("ok" when it worked), as whom, and the time
// per rung; a second one with the native code and the hint when it failed. Ends with a newline.
TerminalText check_lines(const HostResult& host);

} // namespace rdpsweep
