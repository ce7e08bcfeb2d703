// Drains a channel: what the command prints is read, paced and charged until it ends or is whole,
// and a host that has fallen silent is noticed.
#include "core/idle_exchanges.hpp"
#include "core/limits.hpp"
#include "transports/ssh/exec.hpp"

#include <libssh2.h>

#include <algorithm>
#include <array>

namespace rdpsweep::ssh {

namespace {

constexpr std::size_t stderr_bytes = 64u << 10;

// A command whose output is whole gets this long to end by itself, so that its exit status is
// heard; what it started may hold its output open for good.
constexpr auto ending = std::chrono::seconds(1);

} // namespace

bool Exec::is_over(int code) noexcept {
    return code == LIBSSH2_ERROR_CHANNEL_CLOSED || code == LIBSSH2_ERROR_CHANNEL_EOF_SENT;
}

int Exec::read_some(int stream, std::string& to) {
    std::array<char, 16u << 10> buffer; // NOLINT: filled by libssh2
    const auto got = libssh2_channel_read_ex(channel_, stream, buffer.data(), buffer.size());
    if (got > 0) to.append(buffer.data(), static_cast<std::size_t>(got));
    return static_cast<int>(got);
}

// Charges what was read, unless that is too much altogether.
Task<Status> Exec::keep(const CommandOutput& output, HostDeadline& deadline) {
    if (output.out.size() > limits::stdout_bytes) {
        co_return Error(Phase::run, Errc::output_limit, "the collector printed over 4 MiB");
    }
    co_return co_await held_.hold(window + output.out.size() + output.err.size(), deadline);
}

void Exec::keep_alive() {
    const auto third = std::chrono::ceil<std::chrono::seconds>(link_.step()).count() / 3;
    libssh2_keepalive_config(
        link_.session(), 1, static_cast<unsigned>(std::max<std::int64_t>(2, third))
    );
}

// Notes when the output became whole.
void Exec::look(const CommandOutput& output) {
    if (!give_up_at_ && whole_ && whole_(output.out)) give_up_at_ = Clock::now() + ending;
}

// Reads both streams once: unread bytes of one would close the window for the other. False when
// there is nothing to read now; failed_ says whether there ever will be.
bool Exec::read_streams(CommandOutput& output) {
    const int out = read_some(0, output.out);
    const bool half =
        out == LIBSSH2_ERROR_EAGAIN &&
        (libssh2_session_block_directions(link_.session()) & LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0;
    const int err = half ? LIBSSH2_ERROR_EAGAIN : read_some(SSH_EXTENDED_DATA_STDERR, output.err);
    if (output.err.size() > stderr_bytes) output.err.resize(stderr_bytes);
    if (out > 0) look(output);
    const bool waits = out == LIBSSH2_ERROR_EAGAIN || err == LIBSSH2_ERROR_EAGAIN;
    failed_ = waits ? static_cast<int>(LIBSSH2_ERROR_EAGAIN) : std::min({out, err, 0});
    return out > 0 || err > 0;
}

// Reads until the end of the output, or until it was whole for a while.
Task<Status> Exec::read_until_end(CommandOutput& output, HostDeadline& deadline) {
    IdleExchanges reads(trickle);
    std::size_t before = 0; // read when it last waited
    for (;;) {
        const auto seen = link_.received();
        const bool more = read_streams(output);
        if (give_up_at_ && Clock::now() >= *give_up_at_) co_return Status();
        auto going = co_await keep(output, deadline);
        if (going && more) continue;
        const bool waits = failed_ == LIBSSH2_ERROR_EAGAIN;
        if (going && !waits && failed_ == 0 && libssh2_channel_eof(channel_) != 0) break;
        if (going && !waits && failed_ < 0) going = lost(deadline);
        const auto read = output.out.size() + output.err.size();
        if (going) going = co_await reads.pass(read - std::min(before, read), deadline);
        before = read;
        if (going) going = co_await wait_for_output(seen, deadline);
        // Nothing takes back what was whole.
        if (!going && give_up_at_) break;
        if (!going) co_return going;
    }
    co_return Status();
}

// Waits for the exit status. It comes before the channel's close, often after the output's end.
Task<Status> Exec::hear_the_end(HostDeadline& deadline) {
    const auto until = std::min(give_up_at_.value_or(Clock::now() + link_.step()), deadline.at());
    const std::function<int()> close = [&] { return libssh2_channel_close(channel_); };
    int code = co_await link_.try_until(close, deadline, until);
    const std::function<int()> end = [&] { return libssh2_channel_wait_closed(channel_); };
    if (code == 0) code = co_await link_.try_until(end, deadline, until);
    if (code == 0 || is_over(code) || give_up_at_) co_return Status();
    if (code == LIBSSH2_ERROR_TIMEOUT) link_.give_up();
    co_return link_.failure(Phase::run, "while the command ended", deadline);
}

Task<Status> Exec::read_output(CommandOutput& output, HostDeadline& deadline) {
    const auto held = link_.shared_from_this();
    const auto guard = deadline.on_abort([held] { held->kill(); });
    keep_alive();
    auto read = co_await read_until_end(output, deadline);
    if (!read) co_return read;
    co_return co_await hear_the_end(deadline);
}

Error Exec::lost(const HostDeadline& deadline) const {
    return link_.failure(Phase::run, "while the output was read", deadline);
}

// Error when the host was silent for a step, although keepalives asked it to answer.
Task<Status> Exec::wait_for_output(std::uint64_t seen, HostDeadline& deadline) {
    const auto pause = std::max<Clock::duration>(link_.step() / 3, std::chrono::milliseconds(20));
    const auto next_look = Clock::now() + pause;
    const auto until = std::min(give_up_at_.value_or(next_look), next_look);
    const bool woken = co_await link_.wait(std::min(until, deadline.at()), seen);
    if (link_.dead() || deadline.expired()) co_return lost(deadline);
    if (woken || give_up_at_) co_return Status();
    int next = 0;
    (void)libssh2_keepalive_send(link_.session(), &next);
    if (Clock::now() - link_.last_heard() < 2 * link_.step()) co_return Status();
    link_.give_up();
    co_return lost(deadline);
}

} // namespace rdpsweep::ssh
