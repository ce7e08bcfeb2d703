// Sends each message of the shell, waits out quotas, and tells a lost connection from a refusal.
#include "transports/winrm/shell.hpp"

#include "core/digest.hpp"

#include <algorithm>
#include <random>

namespace rdpsweep::winrm {

namespace {

using namespace std::chrono_literals;

// What MaxTimeoutms allows.
constexpr auto longest_create = 60s;

// WS-Man caps it at MaxTimeoutms = 60 s; 20 s is what every peer uses.
constexpr auto longest_operation = 20s;

// The answer to a Create or Receive may come this much after its operation timeout.
constexpr auto answer_margin = 10s;

// Keeps a Send envelope below the 150 KiB that hosts before 2012 accept.
constexpr std::size_t input_piece = 96u << 10;

constexpr int quota_tries = 3;
constexpr int busy_tries = 3;

// Hosts that were refused together must not come back together.
Clock::duration with_jitter(Clock::duration delay) {
    thread_local std::minstd_rand random(std::random_device{}());
    std::uniform_real_distribution<double> factor(0.75, 1.25);
    return std::chrono::duration_cast<Clock::duration>(delay * factor(random));
}

// A lost connection says nothing of what was being done; the caller's phase does.
Error as_of(Error error, Phase phase) {
    if (error.phase() != Phase::http) return error;
    return std::move(error).in_phase(phase);
}

bool append(std::string& to, std::string_view more, bool& truncated) {
    const auto room = limits::stdout_bytes - std::min(to.size(), limits::stdout_bytes);
    to += more.substr(0, room);
    truncated = truncated || more.size() > room;
    return !truncated;
}

Result<Reply> reply_of(const Result<net::HttpResponse>& response, const std::string& id) {
    if (!response) return response.error();
    return read_reply(response->body, id);
}

// The first shell of a cold host loads a profile and starts winrshost: it gets several steps.
std::chrono::seconds longest_create_of(const ShellBudget& budget) {
    const auto patience = budget.step * limits::first_shell_steps - answer_margin;
    return std::clamp<std::chrono::seconds>(
        std::chrono::duration_cast<std::chrono::seconds>(patience), 1s, longest_create
    );
}

} // namespace

Shell::Shell(std::string endpoint, Poster& poster, ShellBudget budget, Attempt& attempt)
    : poster_(poster), budget_(budget),
      attempt_(attempt), conversation_{std::move(endpoint), random_guid(), {}} {}

std::chrono::seconds
Shell::operation_timeout(const HostDeadline& deadline, std::chrono::seconds longest) const {
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(deadline.remaining()) - 5s;
    return std::clamp<std::chrono::seconds>(left, 1s, longest);
}

Task<Result<Reply>> Shell::ask(Message message, HostDeadline& deadline, Clock::duration limit) {
    const auto response = co_await poster_.post(std::move(message.xml), deadline, limit);
    co_return reply_of(response, message.id);
}

Task<Status> Shell::create(ShellOptions options, HostDeadline& deadline) {
    // As long as the host's own time and a little more: it ends by itself should we be killed.
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(deadline.remaining());
    if (options.lifetime == 0s) options.lifetime = std::min<std::chrono::seconds>(left, 24h) + 60s;
    auto delay = budget_.quota_delay;
    for (int tries = 0;; ++tries) {
        const auto wait = operation_timeout(deadline, longest_create_of(budget_));
        auto message = create_shell(conversation_, options, wait);
        // The host gives up before we do: a shell it made after we hung up would stay there.
        auto reply = co_await ask(std::move(message), deadline, wait + answer_margin);
        // Until the first answer we were authenticating, and the connection says so; after it, a
        // lost Create may have made a shell and is not repeated.
        if (!reply && attempt_.reached == Phase::open) {
            co_return as_of(std::move(reply).error(), Phase::open);
        }
        if (!reply) co_return std::move(reply).error();
        attempt_.enter(Phase::open);
        if (!reply->fault) {
            conversation_.shell_id = std::move(reply->shell_id);
            owner_ = std::move(reply->owner);
            if (exists()) co_return Status();
            co_return Error(
                Phase::open, Errc::protocol_violation, "the host made a shell without an id"
            );
        }
        auto error = error_of(*reply->fault, Phase::open);
        if (!is_quota(reply->fault->code) || tries == quota_tries) co_return std::move(error);
        const bool time_left = co_await deadline.sleep(with_jitter(delay));
        if (!time_left) co_return std::move(error);
        delay *= 2;
    }
}

Task<Status> Shell::start(std::string command, std::string arguments, HostDeadline& deadline) {
    attempt_.enter(Phase::run);
    held_ = HeldBytes(deadline.bytes());
    auto message = run_command(
        conversation_, command, arguments, operation_timeout(deadline, longest_operation)
    );
    auto reply = co_await ask(std::move(message), deadline, budget_.step);
    if (!reply) co_return as_of(std::move(reply).error(), Phase::run);
    if (reply->fault) co_return error_of(*reply->fault, Phase::run);
    command_id_ = std::move(reply->command_id);
    if (!command_id_.empty()) co_return Status();
    co_return Error(
        Phase::run, Errc::protocol_violation, "the host started a command without an id"
    );
}

Task<Status> Shell::send(std::string input, HostDeadline& deadline) {
    std::string_view rest = input;
    int busy = 0;
    for (;;) {
        const auto bytes = rest.substr(0, input_piece);
        const InputPiece piece{bytes, bytes.size() == rest.size()};
        auto message = send_input(
            conversation_, command_id_, piece, operation_timeout(deadline, longest_operation)
        );
        auto reply = co_await ask(std::move(message), deadline, budget_.step);
        if (!reply) co_return as_of(std::move(reply).error(), Phase::run);
        if (reply->fault) {
            const bool again = reply->fault->code == code::busy && ++busy <= busy_tries;
            if (!again) co_return error_of(*reply->fault, Phase::run);
            const bool time_left = co_await deadline.sleep(with_jitter(500ms));
            if (!time_left) co_return error_of(*reply->fault, Phase::run);
            continue;
        }
        if (piece.last) co_return Status();
        rest.remove_prefix(bytes.size());
    }
}

Task<Status> Shell::receive(CommandOutput& output, HostDeadline& deadline) {
    IdleExchanges receives(budget_.receives);
    bool whole = false;
    for (;;) {
        // What is whole only waits for the command's own end, which something that it started may
        // hold up for good.
        const auto wait = operation_timeout(deadline, whole ? 1s : longest_operation);
        auto message = winrm::receive(conversation_, command_id_, wait);
        // Not by ask(): here the host is waited for, and each coroutine takes memory meanwhile.
        auto response =
            co_await poster_.post(std::move(message.xml), deadline, wait + answer_margin);
        auto reply = reply_of(response, message.id);
        response = net::HttpResponse();
        if (whole && (!reply || reply->fault || !reply->done)) co_return Status();
        if (!reply) co_return as_of(std::move(reply).error(), Phase::run);
        // No output yet: the same question again, nothing is lost.
        const bool nothing = reply->fault && reply->fault->code == code::operation_timed_out;
        if (reply->fault && !nothing) co_return error_of(*reply->fault, Phase::run);
        append(output.out, reply->out, output.truncated);
        append(output.err, reply->err, output.truncated);
        whole = whole_ && whole_(output.out);
        if (output.truncated && !whole) {
            co_return Error(Phase::run, Errc::output_limit, "the collector prints without end");
        }
        auto held = co_await held_.hold(output.out.size() + output.err.size(), deadline);
        if (!held) co_return held;
        if (reply->done) {
            // The first Done counts; a later Receive may answer 0 whatever happened.
            output.exit_code = reply->exit_code.value_or(0);
            co_return Status();
        }
        if (whole) continue;
        auto paced = co_await receives.pass(reply->out.size() + reply->err.size(), deadline);
        if (!paced && paced.error().code() == Errc::timed_out) {
            co_return Error(Phase::run, Errc::timed_out, "the collector did not finish in time");
        }
        if (!paced) co_return paced;
    }
}

Task<void> Shell::terminate(HostDeadline& deadline) {
    if (command_id_.empty()) co_return;
    auto message = winrm::terminate(
        conversation_, command_id_, operation_timeout(deadline, longest_operation)
    );
    command_id_.clear();
    // The answer may be a fault when the command is gone already: either way it is ended.
    (void)co_await ask(std::move(message), deadline, budget_.step);
}

Task<bool> Shell::remove(HostDeadline& deadline) {
    if (!exists()) co_return true;
    auto message = delete_shell(conversation_, operation_timeout(deadline, longest_operation));
    auto reply = co_await ask(std::move(message), deadline, budget_.step);
    if (!reply) co_return false;
    const bool gone = !reply->fault || reply->fault->code == code::unexpected_selectors;
    if (gone) conversation_.shell_id.clear();
    co_return gone;
}

} // namespace rdpsweep::winrm
