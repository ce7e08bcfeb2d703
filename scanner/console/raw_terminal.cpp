// Calls termios, and puts back what it found.
#include "scanner/console/raw_terminal.hpp"

namespace rdpsweep {

RawTerminal::RawTerminal(int descriptor) noexcept : descriptor_(descriptor) {
    if (tcgetattr(descriptor_, &before_) != 0) return;
    auto raw = before_;
    cfmakeraw(&raw);
    raw.c_oflag |= OPOST; // what others write to it stays readable
    changed_ = tcsetattr(descriptor_, TCSANOW, &raw) == 0;
}

RawTerminal::~RawTerminal() {
    if (changed_) tcsetattr(descriptor_, TCSADRAIN, &before_);
}

} // namespace rdpsweep
