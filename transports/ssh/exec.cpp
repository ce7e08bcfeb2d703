// Opens a channel and feeds it; exec_output.cpp drains it.
#include "transports/ssh/exec.hpp"

#include "core/limits.hpp"
#include "core/text.hpp"

#include <libssh2.h>

#include <algorithm>

namespace rdpsweep::ssh {

namespace {

constexpr std::uint32_t ended_by_signal = 255; // what ssh(1) says for an end it cannot explain
constexpr std::uint32_t packet_bytes = 32u << 10;
constexpr std::string_view channel_type = "session";

// A host that takes its input byte by byte.
constexpr IdleRules takes{.worth = 32, .most = trickle.most};
constexpr std::uint64_t framing_bytes = 4u << 20; // packets and messages around the output

} // namespace

Exec::~Exec() {
    // On a link that is alive this may leave a close unsent; the session's end says it too.
    if (channel_ != nullptr) libssh2_channel_free(channel_);
}

Task<Status> Exec::open(HostDeadline& deadline) {
    attempt_.enter(Phase::open);
    held_ = HeldBytes(deadline.bytes());
    auto held = co_await held_.hold(window, deadline);
    if (!held) co_return std::move(held).error().in_phase(Phase::open);
    auto* const session = link_.session();
    const std::function<int()> step = [&] {
        channel_ = libssh2_channel_open_ex(
            session,
            channel_type.data(),
            static_cast<unsigned>(channel_type.size()),
            window,
            packet_bytes,
            nullptr,
            0
        );
        return channel_ != nullptr ? 0 : libssh2_session_last_errno(session);
    };
    const int code = co_await link_.drive(step, deadline);
    ++attempt_.round_trips;
    if (code == 0) co_return Status();
    if (code == LIBSSH2_ERROR_CHANNEL_FAILURE) {
        co_return Error(Phase::open, Errc::blocked_by_policy, "the host opens no session")
            .with_hint("MaxSessions of its sshd_config forbids it");
    }
    co_return link_.failure(Phase::open, "while a session was opened", deadline);
}

Task<Result<CommandOutput>>
Exec::run(std::string command, ExecInput input, HostDeadline& deadline) {
    whole_ = std::move(input.whole);
    link_.allow(limits::stdout_bytes + framing_bytes);
    attempt_.enter(Phase::run);
    const std::function<int()> start = [&] {
        return libssh2_channel_exec(channel_, command.c_str());
    };
    const int code = co_await link_.drive(start, deadline);
    ++attempt_.round_trips;
    if (code == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED) {
        co_return Error(Phase::run, Errc::blocked_by_policy, "the host runs no command for us");
    }
    if (code != 0) co_return link_.failure(Phase::run, "when the command was started", deadline);
    CommandOutput output;
    auto sent = co_await send_input(input.text, output, deadline);
    if (!sent) co_return std::move(sent).error();
    auto read = co_await read_output(output, deadline);
    if (!read) co_return std::move(read).error();
    tell_end(output);
    co_return std::move(output);
}

// Writes some of the input; LIBSSH2_ERROR_CHANNEL_CLOSED once nobody reads it any more. Where there
// is no room for it, what the command prints is read meanwhile (0 then): unread it hides its end
// from libssh2, and may be what the command waits for.
int Exec::write_some(std::string_view input, CommandOutput& output) {
    const auto wrote = libssh2_channel_write(channel_, input.data(), input.size());
    if (wrote != 0 && wrote != LIBSSH2_ERROR_EAGAIN) return static_cast<int>(wrote);
    const int directions = libssh2_session_block_directions(link_.session());
    const bool half = (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0;
    if (half) return LIBSSH2_ERROR_EAGAIN;
    const bool more = read_streams(output);
    const bool ended = give_up_at_ || libssh2_channel_eof(channel_) != 0;
    if (ended) return LIBSSH2_ERROR_CHANNEL_CLOSED;
    return more ? 0 : LIBSSH2_ERROR_EAGAIN;
}

// A command may end before it has read everything: its output says more than a failed write.
Task<Status>
Exec::send_input(const std::string& input, CommandOutput& output, HostDeadline& deadline) {
    std::size_t sent = 0;
    const std::function<int()> write = [&] {
        return write_some(std::string_view(input).substr(sent), output);
    };
    IdleExchanges writes(takes);
    std::size_t before = 0; // sent and read when it was last counted
    while (sent < input.size()) {
        const int code = co_await link_.drive(write, deadline);
        if (is_over(code)) co_return Status();
        if (code < 0) co_return link_.failure(Phase::run, "while the script was sent", deadline);
        sent += static_cast<std::size_t>(code);
        auto kept = co_await keep(output, deadline);
        if (!kept) co_return kept;
        const auto moved = sent + output.out.size() + output.err.size();
        auto paced = co_await writes.pass(moved - std::min(before, moved), deadline);
        if (!paced) co_return paced;
        before = moved;
    }
    const std::function<int()> finish = [&] { return libssh2_channel_send_eof(channel_); };
    const int code = co_await link_.drive(finish, deadline);
    if (code < 0 && !is_over(code)) {
        co_return link_.failure(Phase::run, "while the script was sent", deadline);
    }
    co_return Status();
}

void Exec::tell_end(CommandOutput& output) {
    output.exit_code = static_cast<std::uint32_t>(libssh2_channel_get_exit_status(channel_));
    char* signal = nullptr;
    std::size_t length = 0;
    libssh2_channel_get_exit_signal(channel_, &signal, &length, nullptr, nullptr, nullptr, nullptr);
    if (signal == nullptr) return;
    output.exit_code = ended_by_signal;
    output.err += "\nended by signal " + printable(std::string_view(signal, length), 40);
    libssh2_free(link_.session(), signal);
}

Task<void> Exec::close(HostDeadline& deadline) {
    if (channel_ == nullptr) co_return;
    auto* const session = link_.session();
    // libssh2 would wait for the host's own close, which may never come.
    const std::function<int()> say = [&] {
        const int code = libssh2_channel_close(channel_);
        const bool said =
            code == LIBSSH2_ERROR_EAGAIN &&
            (libssh2_session_block_directions(session) & LIBSSH2_SESSION_BLOCK_OUTBOUND) == 0;
        return said ? 0 : code;
    };
    (void)co_await link_.drive(say, deadline);
    // Freed where that waits for nothing; else with the session.
    (void)libssh2_channel_free(channel_);
    channel_ = nullptr;
}

} // namespace rdpsweep::ssh
