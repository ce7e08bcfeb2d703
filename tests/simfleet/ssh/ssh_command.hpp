// A command that a client of a simulated VM's sshd has started.
#pragma once

#include "tests/simfleet/winrm/transcript.hpp"
#include "tests/simfleet/world.hpp"

#include <functional>
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <memory>
#include <string>

namespace simfleet {

// One session channel. Lives on the io thread.
class SshCommand : public std::enable_shared_from_this<SshCommand> {
public:
    // wake: called when there is output to write.
    SshCommand(
        ssh_channel channel, std::shared_ptr<World> world, const Vm& vm, std::function<void()> wake
    );
    ~SshCommand();
    SshCommand(const SshCommand&) = delete;
    SshCommand& operator=(const SshCommand&) = delete;

    // Writes what the client's window takes; ends the channel after the last of it.
    void flush();

    // The VM cuts the connection now.
    [[nodiscard]] bool cut() const noexcept { return cut_; }

    // When to flush again without being woken; max() when there is no such moment.
    [[nodiscard]] rdpsweep::Clock::time_point next() const noexcept;

private:
    static int on_exec(ssh_session, ssh_channel, const char* line, void* self);
    static int on_data(ssh_session, ssh_channel, void* data, std::uint32_t size, int, void* self);
    static void on_eof(ssh_session, ssh_channel, void* self);

    void start();
    void finish(const Execution& execution);
    void end();
    bool write_piece();

    ssh_channel channel_;
    ssh_channel_callbacks_struct callbacks_{};
    std::shared_ptr<World> world_;
    const Vm& vm_;
    std::function<void()> wake_;
    Environment environment_;
    std::string line_;
    std::string input_;
    bool asked_ = false;
    bool input_ended_ = false;
    bool started_ = false;
    bool finished_ = false;
    bool ended_ = false;
    bool cut_ = false;
    Transcript output_;
    std::uint32_t exit_code_ = 0;
    rdpsweep::Clock::time_point ready_ = rdpsweep::Clock::time_point::max();
};

} // namespace simfleet
