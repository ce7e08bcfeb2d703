// Signals, and Enter on the terminal, while a run goes on.
#pragma once

#include "core/asio.hpp"

#include <functional>
#include <memory>

namespace rdpsweep {

class Watch {
public:
    struct Events {
        std::function<void()> status;           // SIGUSR1, or Enter
        std::function<void(bool first)> ending; // SIGINT or SIGTERM
    };

    Watch(asio::io_context& lane, Events events);

    // Begins to watch: from here on signals do not end the process, as long as this object lives.
    void begin();

    // Lets the terminal go: what is typed from here on is for others.
    void leave_terminal();

    // Returns the last signal that asked for the end; 0: none.
    [[nodiscard]] int signal() const noexcept { return signal_; }

private:
    void watch_signals();
    void watch_enter();
    void on_signal(int number);

    asio::io_context& lane_;
    Events events_;
    std::unique_ptr<asio::signal_set> signals_;
    std::unique_ptr<asio::posix::stream_descriptor> keyboard_;
    int signal_ = 0;
};

} // namespace rdpsweep
