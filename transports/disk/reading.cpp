// One message of the helper after the other, each within its bound.
#include "transports/disk/reading.hpp"

#include "core/disk_hints.hpp"

#include <csignal>
#include <cstring>
#include <utility>
#include <vector>

namespace rdpsweep::disk {

namespace {

constexpr std::size_t piece = std::size_t{64} << 10U;

std::string name_of(int signal) {
    const auto* const name = sigabbrev_np(signal);
    return name == nullptr ? "signal " + std::to_string(signal) : "SIG" + std::string(name);
}

} // namespace

// Returns ", while it read the hive", for a sentence; empty before the first stage.
std::string Reading::while_reading() const {
    return stage_.empty() ? std::string() : " while it read: " + stage_;
}

Error Reading::why_ended(const Ending& ending) const {
    const auto because = [&](Errc code, std::string_view what, std::string_view hint) {
        auto error =
            Error(Phase::run, code, "the disk's reader " + std::string(what) + while_reading())
                .with_hint(std::string(hint));
        return std::move(error).with_native(
            ending.signal != 0 ? name_of(ending.signal) : "exit " + std::to_string(ending.status)
        );
    };
    switch (ending.signal) {
    case 0:
        return because(Errc::nonzero_exit, "ended without an answer", disk_hints::doctor);
    case SIGSYS:
        return because(
            Errc::protocol_violation,
            "tried what its sandbox forbids, and was ended",
            "treat the image as hostile, and report it as a fault of rdpsweep"
        );
    case SIGXCPU:
        return because(Errc::timed_out, "computed for longer than it may", "is the disk damaged?");
    case SIGKILL:
        return because(Errc::unreachable, "was ended by another", "is this machine out of memory?");
    default:
        return because(
            Errc::protocol_violation,
            "crashed",
            "treat the image as hostile, and report it as a fault of rdpsweep"
        );
    }
}

// Returns the helper's next message. What waits for the rest of one is charged to the host.
Task<Result<disk_wire::Message>> Reading::next(HostDeadline& deadline) {
    std::vector<char> buffer(piece);
    for (;;) {
        auto message = reader_.next();
        if (!message) co_return std::move(message).error();
        if (*message) co_return **std::move(message);
        auto kept = co_await held_.hold(piece + 2 * reader_.waiting(), deadline);
        if (!kept) co_return std::move(kept).error();
        const auto got = co_await helper_.receive(buffer, deadline);
        if (!got) co_return got.error();
        if (*got == 0) {
            const auto ending = co_await helper_.ended(deadline);
            co_return why_ended(ending);
        }
        reader_.add({buffer.data(), *got});
    }
}

// Answers a request.
Task<Status> Reading::serve(const disk_wire::Message& message, HostDeadline& deadline) {
    const auto request = disk_wire::read_request(message.body).value_or(disk_wire::Request());
    if (auto allowed = budget_.ask(request); !allowed) co_return allowed;
    auto kept = co_await held_.hold(piece + 2 * request.length, deadline);
    if (!kept) co_return kept;
    auto bytes = co_await blocks_.read(request.offset, request.length, deadline);
    if (!bytes) co_return std::move(bytes).error();
    if (!*bytes) unread_.insert(request.offset);
    const auto kind = *bytes ? disk_wire::Kind::data : disk_wire::Kind::no_data;
    const auto answer = disk_wire::to_bytes(kind, *bytes ? **bytes : std::string());
    auto sent = co_await helper_.send(answer, deadline);
    if (sent || sent.error().code() != Errc::peer_closed) co_return sent;
    const auto ending = co_await helper_.ended(deadline);
    co_return why_ended(ending);
}

Task<Result<std::string>> Reading::answer(HostDeadline& deadline) {
    held_ = HeldBytes(deadline.bytes(), limits::question_bytes + piece);
    for (;;) {
        auto message = co_await next(deadline);
        if (!message) co_return std::move(message).error();
        Status done;
        switch (message->kind) {
        case disk_wire::Kind::read:
            done = co_await serve(*message, deadline);
            break;
        case disk_wire::Kind::stage:
            done = budget_.tell();
            stage_ = message->body;
            break;
        case disk_wire::Kind::failure:
            co_return disk_wire::read_failure(message->body);
        default:
            co_return std::move(message->body);
        }
        if (!done) co_return std::move(done).error();
    }
}

} // namespace rdpsweep::disk
