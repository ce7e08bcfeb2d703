// What a visit does once it is let in: it looks, by script or by CIM, or fixes.
#include "core/foreign_text.hpp"
#include "core/secret.hpp"
#include "core/text.hpp"
#include "probes/collect/frame.hpp"
#include "probes/collect/frame_watch.hpp"
#include "scanner/engine/collect_cim.hpp"
#include "scanner/engine/visit.hpp"

#include <utility>

namespace rdpsweep {

namespace {

// The collector ended badly and said nothing we can read: its exit code and last words say why.
Error collector_failed(const CommandOutput& output) {
    // 9009: cmd.exe's "is not recognized as an internal or external command".
    constexpr std::uint32_t command_not_found = 9009;
    const bool missing = output.exit_code == command_not_found;
    auto what = missing ? std::string("PowerShell is not there")
                        : "the collector ended with exit code " + std::to_string(output.exit_code);
    const auto said = trim(output.err.empty() ? output.out : output.err);
    if (!said.empty()) what += ": " + foreign_text(said, 300);
    return Error(Phase::run, Errc::nonzero_exit, std::move(what))
        .with_native("exit " + std::to_string(output.exit_code))
        .with_hint("an antivirus or AppLocker may block PowerShell; try another transport");
}

// Returns what is kept of the words around a document.
std::string noise_of(std::string_view said) {
    return to_valid_utf8(redacted_prefix(said, limits::noise_bytes));
}

// Tells whether PowerShell is missing, broken or forbidden: CIM needs none.
bool powershell_fails(const Error& error) {
    switch (error.code()) {
    case Errc::nonzero_exit:
    case Errc::malformed_output:
    case Errc::blocked_by_policy:
        return true;
    default:
        return false;
    }
}

Error no_cim_here() {
    return Error(Phase::run, Errc::unsupported, "this transport cannot ask over CIM")
        .with_hint("--collector cim needs winrm in the route");
}

} // namespace

Task<Status> Visit::use(Session& session, Attempt& attempt, HostDeadline& deadline) {
    if (services_.kind == VisitKind::check) co_return co_await session.prove(deadline);
    if (services_.kind == VisitKind::fix) co_return co_await fix(session, attempt, deadline);
    auto collected = co_await collect(session, attempt, deadline);
    // After the logs were read, as every handshake; and also where no script can run.
    if (services_.always_look_outside) co_await look_inside(session, attempt, deadline);
    co_return collected;
}

// Fixes the host. The fix records each script before it sends it.
Task<Status> Visit::fix(Session& session, Attempt& attempt, HostDeadline& deadline) {
    const RecordScript record = [&](const Script& script) -> Status {
        const auto user = user_of(attempt, *shown_);
        const AuditContext context{target_, attempt.transport, user, services_.run_id};
        auto recorded = services_.audit.command(context, script);
        if (!recorded) failure_ = recorded.error();
        return recorded;
    };
    auto fixed = co_await services_.fixing->fix(target_, session, deadline, record);
    co_return fixed;
}

// The handshake as the host itself sees it, where the way in can carry it.
Task<void> Visit::look_inside(Session& session, Attempt& attempt, HostDeadline& deadline) {
    const auto port = assessment_.configured_port().value_or(target_.rdp_port);
    auto seen = co_await session.shake_hands_inside(port, deadline);
    if (!seen) co_return;
    Status kept;
    if (*seen) {
        assessment_.add_handshake(**std::move(seen));
        kept = co_await keep(deadline);
        if (kept) co_return;
    }
    const auto& why = *seen ? kept.error() : seen->error();
    attempt.notes.push_back(Message{"note.no_tunnel", {{"why", std::string(why.detail())}}});
}

// Takes what the session told without a script.
Task<Status> Visit::take_given(
    Result<std::string> given, const std::string& nonce, Attempt& attempt, HostDeadline& deadline
) {
    if (failure_) co_return Error(Phase::run, Errc::cancelled, std::string(failure_->detail()));
    if (!given) co_return std::move(given).error();
    attempt.enter(Phase::decode);
    CommandOutput output;
    output.out = *std::move(given);
    auto read = read_output(output, nonce, attempt);
    if (read) read = co_await keep(deadline);
    co_return read;
}

// Collects what the session tells by itself; else by the script, by CIM, or by CIM where the script
// cannot do its work.
Task<Status> Visit::collect(Session& session, Attempt& attempt, HostDeadline& deadline) {
    const auto nonce = random_hex128();
    auto given = co_await session.facts(nonce, deadline);
    if (given) co_return co_await take_given(*std::move(given), nonce, attempt, deadline);
    if (services_.collect_by == CollectorChoice::cim) {
        auto* asked = session.cim();
        if (asked == nullptr) co_return no_cim_here();
        co_return co_await collect_by_cim(*asked, attempt, deadline);
    }
    auto collected = co_await collect_by_script(session, nonce, attempt, deadline);
    auto* cim = session.cim(); // only now: a script may have cost the session
    const bool may = services_.collect_by == CollectorChoice::automatic && cim != nullptr;
    const bool helps = collected ? assessment_.constrained() : powershell_fails(collected.error());
    if (!may || !helps || failure_ || deadline.expired()) co_return collected;
    co_return co_await fall_back(*cim, std::move(collected), attempt, deadline);
}

Task<Status> Visit::collect_by_cim(CimClient& cim, Attempt& attempt, HostDeadline& deadline) {
    asks_cim_ = true;
    record(attempt, deadline);
    if (failure_) co_return Error(Phase::run, Errc::cancelled, std::string(failure_->detail()));
    const auto questions = traits_of(attempt.transport).questions;
    auto document = co_await ask_all(cim, questions, deadline);
    if (!document) co_return std::move(document).error();
    attempt.enter(Phase::decode);
    auto added = assessment_.add_document(*std::move(document), attempt.transport);
    if (added) added = co_await keep(deadline);
    co_return added;
}

// Falls back to CIM. without: how the script ended. That stays the result where CIM lets us ask
// nothing; a connection that is lost on the way is worth another try.
Task<Status>
Visit::fall_back(CimClient& cim, Status without, Attempt& attempt, HostDeadline& deadline) {
    const auto why = without ? std::string("its PowerShell runs in constrained language")
                             : std::string(without.error().detail());
    const bool by_commands = traits_of(attempt.transport).questions == Questions::cmd;
    auto collected = co_await collect_by_cim(cim, attempt, deadline);
    if (collected) {
        attempt.notes.push_back(Message{
            by_commands ? "note.cmd" : "note.cim",
            {{"count", std::to_string(cim.round_trips())}, {"why", why}}});
        co_return collected;
    }
    attempt.notes.push_back(Message{
        by_commands ? "note.no_cmd" : "note.no_cim",
        {{"why", std::string(collected.error().detail())}}});
    if (!without && collected.error().retryable()) co_return collected;
    co_return without;
}

Task<Status> Visit::collect_by_script(
    Session& session, const std::string& nonce, Attempt& attempt, HostDeadline& deadline
) {
    const auto& collector = services_.collector;
    const ScriptInput input(nonce, collector.arguments_for(session), FrameWatch(nonce));
    auto output = co_await session.run(collector.script(), input, deadline);
    if (failure_) co_return Error(Phase::run, Errc::cancelled, std::string(failure_->detail()));
    if (!output) co_return std::move(output).error();
    attempt.enter(Phase::decode);
    auto read = read_output(*output, nonce, attempt);
    if (read) read = co_await keep(deadline);
    co_return read;
}

// Returns as whom the command runs.
std::string Visit::user_of(const Attempt& attempt, const Credential& who) const {
    const auto own_user = traits_of(attempt.transport).user;
    if (own_user != nullptr && !own_user(target_).empty()) return own_user(target_);
    return who.user.empty() ? attempt.identity : who.user;
}

// Records that the command, or the first question, is about to be sent, or a disk to be read. What
// cannot be recorded is not done: the connection is closed under the transport before it can send.
void Visit::record(const Attempt& attempt, HostDeadline& deadline) {
    const auto user = user_of(attempt, *shown_);
    auto& audit = services_.audit;
    const AuditContext context{target_, attempt.transport, user, services_.run_id};
    const bool disk = traits_of(attempt.transport).by_disk;
    auto recorded = disk        ? audit.disk(context)
                    : asks_cim_ ? audit.questions(context)
                                : audit.command(context, services_.collector.script());
    if (recorded) return;
    failure_ = std::move(recorded).error();
    deadline.abort();
}

Status
Visit::read_output(const CommandOutput& output, const std::string& nonce, const Attempt& attempt) {
    auto frame = find_frame(output.out, nonce);
    if (!frame) {
        result_.noise = noise_of(output.out);
        if (output.exit_code != 0) return collector_failed(output);
        return std::move(frame).error();
    }
    auto read = assessment_.add_document(std::move(frame->json), attempt.transport);
    if (!read) return read;
    result_.noise = noise_of(frame->noise);
    return {};
}

} // namespace rdpsweep
