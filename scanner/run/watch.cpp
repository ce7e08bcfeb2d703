// Waits for signals and the Enter key on the run's lane.
#include "scanner/run/watch.hpp"

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace rdpsweep {

Watch::Watch(asio::io_context& lane, Events events) : lane_(lane), events_(std::move(events)) {}

void Watch::begin() {
    signals_ = std::make_unique<asio::signal_set>(lane_, SIGINT, SIGTERM, SIGUSR1);
    watch_signals();
    watch_enter();
}

void Watch::leave_terminal() {
    keyboard_.reset();
}

void Watch::on_signal(int number) {
    if (number == SIGUSR1) return events_.status();
    const bool first = signal_ == 0;
    signal_ = number;
    events_.ending(first);
}

void Watch::watch_signals() {
    signals_->async_wait([this](boost::system::error_code code, int number) {
        if (code) return;
        on_signal(number);
        watch_signals();
    });
}

// Enter on a terminal shows the full status, as SIGUSR1 does. The terminal is opened anew: making
// stdin non-blocking would make stdout so, too, where both are one terminal.
void Watch::watch_enter() {
    if (!keyboard_) {
        if (isatty(STDIN_FILENO) != 1) return;
        const int terminal = open("/dev/tty", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (terminal < 0) return;
        keyboard_ = std::make_unique<asio::posix::stream_descriptor>(lane_, terminal);
    }
    keyboard_->async_wait(
        asio::posix::stream_descriptor::wait_read,
        [this](boost::system::error_code code) {
            if (code) return;
            // What is typed while we are in the background is not for us, and reading it would
            // stop the process (SIGTTIN).
            const int terminal = keyboard_->native_handle();
            char typed[256];
            if (tcgetpgrp(terminal) != getpgrp() || read(terminal, typed, sizeof typed) <= 0)
                return;
            events_.status();
            watch_enter();
        }
    );
}

} // namespace rdpsweep
