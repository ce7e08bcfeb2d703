// Runs the command when its input has ended, and writes what it printed.
#include "tests/simfleet/ssh/ssh_command.hpp"

#include <algorithm>
#include <libssh/server.h>

namespace simfleet {

using rdpsweep::Clock;

namespace {

constexpr std::size_t most_input = 4u << 20;
constexpr std::size_t endless_piece = 16384;

SshCommand& command(void* self) {
    return *static_cast<SshCommand*>(self);
}

} // namespace

SshCommand::SshCommand(
    ssh_channel channel, std::shared_ptr<World> world, const Vm& vm, std::function<void()> wake
)
    : channel_(channel), world_(std::move(world)), vm_(vm), wake_(std::move(wake)) {
    callbacks_.userdata = this;
    callbacks_.channel_exec_request_function = on_exec;
    callbacks_.channel_data_function = on_data;
    callbacks_.channel_eof_function = on_eof;
    ssh_callbacks_init(&callbacks_);
    ssh_set_channel_callbacks(channel_, &callbacks_);
}

SshCommand::~SshCommand() {
    ssh_remove_channel_callbacks(channel_, &callbacks_);
}

int SshCommand::on_exec(ssh_session, ssh_channel, const char* line, void* self) {
    auto& me = command(self);
    if (me.asked_) { // RFC 4254 6.5: one of them a channel
        me.world_->stats.violation("a second command in an SSH channel");
        return -1;
    }
    me.asked_ = true;
    me.line_ = line;
    me.start();
    return 0;
}

int SshCommand::on_data(ssh_session, ssh_channel, void* data, std::uint32_t size, int, void* self) {
    auto& me = command(self);
    if (me.input_.size() < most_input) me.input_.append(static_cast<const char*>(data), size);
    return static_cast<int>(size);
}

void SshCommand::on_eof(ssh_session, ssh_channel, void* self) {
    auto& me = command(self);
    me.input_ended_ = true;
    me.start();
}

// Once, as soon as the command has what it wants to read.
void SshCommand::start() {
    if (!asked_ || started_) return;
    std::optional<std::string> input;
    if (input_ended_) input = input_;
    const Job job{vm_, environment_, world_->policy.user, line_, std::move(input)};
    started_ = world_->shells.run(job, [self = weak_from_this()](const Execution& done) {
        if (const auto me = self.lock()) me->finish(done);
    });
}

void SshCommand::finish(const Execution& execution) {
    output_ = transcribe(vm_.wire.manner, execution);
    exit_code_ = execution.exit_code;
    ready_ = Clock::now();
    if (execution.powershell) ready_ += vm_.wire.powershell_start;
    finished_ = true;
    wake_();
}

Clock::time_point SshCommand::next() const noexcept {
    return finished_ && !ended_ && ready_ > Clock::now() ? ready_ : Clock::time_point::max();
}

// False when the window is full.
bool SshCommand::write_piece() {
    auto& piece = output_.pieces.front();
    const auto size = static_cast<std::uint32_t>(piece.bytes.size());
    const int wrote = piece.error ? ssh_channel_write_stderr(channel_, piece.bytes.data(), size)
                                  : ssh_channel_write(channel_, piece.bytes.data(), size);
    if (wrote <= 0) return false;
    piece.bytes.erase(0, static_cast<std::size_t>(wrote));
    if (piece.bytes.empty()) output_.pieces.pop_front();
    return true;
}

void SshCommand::flush() {
    if (!finished_ || ended_ || Clock::now() < ready_) return;
    const auto half = output_.pieces.size() / 2;
    while (!output_.pieces.empty()) {
        if (vm_.wire.ssh == SshManner::endless && output_.pieces.size() == 1) {
            // Before its last piece: a frame that is whole would be taken for the end.
            output_.pieces.push_front({false, std::string(endless_piece, 'x')});
        }
        if (vm_.wire.ssh == SshManner::cut && output_.pieces.size() <= half + 1) {
            cut_ = true;
            return;
        }
        if (!write_piece()) return;
    }
    end();
}

void SshCommand::end() {
    ended_ = true;
    ssh_channel_request_send_exit_status(channel_, static_cast<int>(exit_code_));
    ssh_channel_send_eof(channel_);
    ssh_channel_close(channel_);
}

} // namespace simfleet
