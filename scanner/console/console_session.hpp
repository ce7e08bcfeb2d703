// A person at a VM's serial console, from the first screen to the last.
#pragma once

#include "core/outcome.hpp"
#include "scanner/console/keys.hpp"
#include "scanner/console/painter.hpp"
#include "transports/serial/arm_console.hpp"
#include "transports/serial/pipe.hpp"
#include "transports/services.hpp"

#include <memory>
#include <optional>
#include <string>

namespace rdpsweep {

class ConsoleSession {
public:
    struct Manners {
        bool takeover = false;
        bool admin = false;
    };

    // How the VM's console is reached; everything must outlive the session.
    struct Access {
        asio::any_io_executor executor;
        Services& services;
        azure::Arm& arm;
        const Target& target;
    };

    // Descriptors of a terminal in raw mode.
    struct Terminal {
        int keyboard;
        int display;
    };

    ConsoleSession(const Access& access, Terminal terminal, Manners manners);

    // Runs until the person leaves or the deadline passes. Error when there was no console to talk
    // to.
    Task<Status> run(HostDeadline& deadline);

private:
    Task<Status> attach(HostDeadline& deadline);
    Task<void> listen(HostDeadline& deadline);
    Task<void> read_keys(HostDeadline& deadline);
    Task<void> act(ConsoleAction action, HostDeadline& deadline);
    Task<void> order(std::string what, HostDeadline& deadline);
    void show();
    [[nodiscard]] std::string usual_status() const;

    Services& services_;
    azure::Arm& arm_;
    serial::ArmConsole console_;
    const Target& target_;
    Manners manners_;
    int display_;
    Attempt attempt_;
    asio::posix::stream_descriptor keyboard_;
    ConsoleKeys keys_;
    ScreenPainter painter_;
    std::unique_ptr<serial::Pipe> pipe_; // null: none now
    std::unique_ptr<serial::Screen> screen_;
    serial::Gateway gateway_;
    serial::ConsoleState state_;
    std::string status_;
    bool leaving_ = false;
    bool reading_ = false; // read_keys() is under way
};

} // namespace rdpsweep
