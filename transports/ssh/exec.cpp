// Opens a channel, feeds and drains it, and notices a host that has fallen silent.
#include "transports/ssh/exec.hpp"

#include "core/idle_exchanges.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

#include <libssh2.h>

#include <algorithm>
#include <array>

namespace rdpsweep::ssh {

namespace {

constexpr std::uint32_t ended_by_signal = 255; // what ssh(1) says for an end it cannot explain
constexpr std::size_t stderr_bytes = 64u << 10;
// libssh2 queues as much as it lets the host send; its own default is 2 MiB.
constexpr std::uint32_t window_bytes = 256u << 10;
constexpr std::uint32_t packet_bytes = 32u << 10;
constexpr std::string_view channel_type = "session";

// A host that takes its input byte by byte.
constexpr IdleRules takes{.worth = 32};
constexpr std::uint64_t framing_bytes = 4u << 20; // packets and messages around the output

bool over(int code) {
    return code == LIBSSH2_ERROR_CHANNEL_CLOSED || code == LIBSSH2_ERROR_CHANNEL_EOF_SENT;
}

} // namespace

Exec::~Exec() {
    // On a link that is alive this may leave a close unsent; the session's end says it too.
    if (channel_ != nullptr) libssh2_channel_free(channel_);
}

Task<Status> Exec::open(HostDeadline& deadline) {
    attempt_.enter(Phase::open);
    held_ = HeldBytes(deadline.bytes());
    auto held = co_await held_.hold(window_bytes, deadline);
    if (!held) co_return std::move(held).error().in_phase(Phase::open);
    auto* const session = link_.session();
    const std::function<int()> step = [&] {
        channel_ = libssh2_channel_open_ex(
            session,
            channel_type.data(),
            static_cast<unsigned>(channel_type.size()),
            window_bytes,
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
Exec::run(std::string command, std::string input, HostDeadline& deadline) {
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
    auto sent = co_await send_input(input, deadline);
    if (!sent) co_return std::move(sent).error();
    CommandOutput output;
    auto read = co_await read_output(output, deadline);
    if (!read) co_return std::move(read).error();
    tell_end(output);
    co_return std::move(output);
}

// A command may end before it has read everything: its output says more than a failed write.
Task<Status> Exec::send_input(const std::string& input, HostDeadline& deadline) {
    std::size_t sent = 0;
    const std::function<int()> write = [&] {
        const auto wrote =
            libssh2_channel_write(channel_, input.data() + sent, input.size() - sent);
        // Without an end of file libssh2 would wait for a window that nobody opens any more.
        if (wrote == LIBSSH2_ERROR_EAGAIN && libssh2_channel_eof(channel_) != 0) {
            return static_cast<int>(LIBSSH2_ERROR_CHANNEL_CLOSED);
        }
        return static_cast<int>(wrote);
    };
    IdleExchanges writes(takes);
    while (sent < input.size()) {
        const int code = co_await link_.drive(write, deadline);
        if (over(code)) co_return Status();
        if (code < 0) co_return link_.failure(Phase::run, "while the script was sent", deadline);
        sent += static_cast<std::size_t>(code);
        auto paced = co_await writes.pass(static_cast<std::size_t>(code), deadline);
        if (!paced) co_return paced;
    }
    const std::function<int()> finish = [&] { return libssh2_channel_send_eof(channel_); };
    const int code = co_await link_.drive(finish, deadline);
    if (code < 0 && !over(code)) {
        co_return link_.failure(Phase::run, "while the script was sent", deadline);
    }
    co_return Status();
}

int Exec::read_some(int stream, std::string& to) {
    std::array<char, 16u << 10> buffer; // NOLINT: filled by libssh2
    const auto got = libssh2_channel_read_ex(channel_, stream, buffer.data(), buffer.size());
    if (got > 0) to.append(buffer.data(), static_cast<std::size_t>(got));
    return static_cast<int>(got);
}

Task<Status> Exec::keep(const CommandOutput& output, HostDeadline& deadline) {
    co_return co_await held_.hold(window_bytes + output.out.size() + output.err.size(), deadline);
}

// Reads both streams: unread bytes of one would close the window for the other.
Task<Status> Exec::read_output(CommandOutput& output, HostDeadline& deadline) {
    const auto held = link_.shared_from_this();
    const auto guard = deadline.on_abort([held] { held->kill(); });
    const auto third = std::chrono::ceil<std::chrono::seconds>(link_.step()).count() / 3;
    const auto often = std::max<std::int64_t>(2, third);
    libssh2_keepalive_config(link_.session(), 1, static_cast<unsigned>(often));
    IdleExchanges reads(trickle);
    std::size_t before = 0; // read when it last waited
    for (;;) {
        const int out = read_some(0, output.out);
        const bool half =
            out == LIBSSH2_ERROR_EAGAIN && (libssh2_session_block_directions(link_.session()) &
                                            LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0;
        const int err =
            half ? LIBSSH2_ERROR_EAGAIN : read_some(SSH_EXTENDED_DATA_STDERR, output.err);
        if (output.err.size() > stderr_bytes) output.err.resize(stderr_bytes);
        if (output.out.size() > limits::stdout_bytes) {
            co_return Error(Phase::run, Errc::output_limit, "the collector printed over 4 MiB");
        }
        auto kept = co_await keep(output, deadline);
        if (!kept) co_return kept;
        if (out > 0 || err > 0) continue;
        const bool waits = out == LIBSSH2_ERROR_EAGAIN || err == LIBSSH2_ERROR_EAGAIN;
        if (!waits && (out < 0 || err < 0)) {
            co_return link_.failure(Phase::run, "while the output was read", deadline);
        }
        if (!waits && libssh2_channel_eof(channel_) != 0) break;
        const auto read = output.out.size() + output.err.size();
        auto paced = co_await reads.pass(read - std::min(before, read), deadline);
        if (!paced) co_return paced;
        before = read;
        const bool alive = co_await wait_for_output(deadline);
        if (!alive) co_return link_.failure(Phase::run, "while the output was read", deadline);
    }
    co_return co_await wait_for_end(deadline);
}

Task<Status> Exec::wait_for_end(HostDeadline& deadline) {
    // The exit status comes before the channel's close, often after the end of the output.
    const std::function<int()> close = [&] { return libssh2_channel_close(channel_); };
    int code = co_await link_.drive(close, deadline);
    const std::function<int()> end = [&] { return libssh2_channel_wait_closed(channel_); };
    if (code == 0) code = co_await link_.drive(end, deadline);
    if (code == 0 || over(code)) co_return Status();
    co_return link_.failure(Phase::run, "while the command ended", deadline);
}

// Returns false when the host was silent for a step, although keepalives asked it to answer.
Task<bool> Exec::wait_for_output(HostDeadline& deadline) {
    const auto pause = std::max<Clock::duration>(link_.step() / 3, std::chrono::milliseconds(20));
    const bool woken = co_await link_.wait(std::min(Clock::now() + pause, deadline.at()));
    if (link_.dead() || deadline.expired()) co_return false;
    if (woken) co_return true;
    int next = 0;
    (void)libssh2_keepalive_send(link_.session(), &next);
    if (Clock::now() - link_.last_heard() < 2 * link_.step()) co_return true;
    link_.give_up();
    co_return false;
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
    const std::function<int()> step = [&] { return libssh2_channel_free(channel_); };
    (void)co_await link_.drive(step, deadline);
    channel_ = nullptr;
}

} // namespace rdpsweep::ssh
