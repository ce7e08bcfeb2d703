// A person's terminal, key by key: restored when this goes.
#pragma once

#include <termios.h>

namespace rdpsweep {

class RawTerminal {
public:
    // descriptor: of a terminal. Nothing changes when it is none.
    explicit RawTerminal(int descriptor) noexcept;
    ~RawTerminal();
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;

private:
    int descriptor_;
    bool changed_ = false;
    termios before_{};
};

} // namespace rdpsweep
