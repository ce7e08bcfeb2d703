// The actions of the machine, done: scripts over the session, the journal, the lock, the cloud, the
// clock.
#include "scanner/fix/host_fix.hpp"

#include "core/text.hpp"
#include "probes/collect/decode.hpp"
#include "probes/collect/frame.hpp"

#include <ctime>

namespace rdpsweep {

namespace {

std::int64_t now_seconds() {
    return static_cast<std::int64_t>(std::time(nullptr));
}

// Leaving run() without an end (an exception, a lane that is torn down) leaves the machine
// ready for another run, which looks at what was done.
class AlwaysIdle {
public:
    explicit AlwaysIdle(FixFsm& fsm) noexcept : fsm_(fsm) {}

    AlwaysIdle(const AlwaysIdle&) = delete;
    AlwaysIdle& operator=(const AlwaysIdle&) = delete;

    ~AlwaysIdle() {
        if (fsm_.step() == FixStep::idle) return;
        Error left(Phase::internal, Errc::bug, "the fix of a host was left on the way");
        fsm_.resume(fix_event::Lost{std::move(left)});
    }

private:
    FixFsm& fsm_;
};

OutsideAnswer answer_of(const Result<HandshakeFacts>& seen) {
    if (!seen) return OutsideAnswer::nothing;
    if (seen->completed()) return OutsideAnswer::whole;
    return seen->stage == "connect" ? OutsideAnswer::nothing : OutsideAnswer::failed;
}

} // namespace

HostFix::HostFix(std::size_t position, const PlanHost& host, FixServices& services)
    : host_(host), services_(services), fsm_(position, host, services.choices) {}

Task<Status> HostFix::run(
    Session& session, const Target& target, HostDeadline& deadline, const RecordScript& record
) {
    const Reach reach{session, target, deadline, record};
    const AlwaysIdle on_every_way_out(fsm_);
    auto action = fsm_.resume(terms_for(target));
    while (!std::holds_alternative<fix_action::Finish>(action)) {
        auto event = co_await perform(action, reach);
        action = fsm_.resume(std::move(event));
    }
    co_return std::move(std::get<fix_action::Finish>(action).status);
}

Status HostFix::give_up(std::string why) {
    auto action = fsm_.resume(fix_event::GiveUp{std::move(why)});
    while (const auto* asked = std::get_if<fix_action::WriteDown>(&action))
        action = fsm_.resume(write_down(*asked));
    return std::move(std::get<fix_action::Finish>(action).status);
}

fix_event::Begin HostFix::terms_for(const Target& target) const {
    fix_event::Begin terms;
    terms.held = target.tags.contains(std::string(hold_tag));
    terms.guarded = services_.guard != nullptr && !target.vm.empty();
    terms.outside = services_.outside != nullptr && target.rdp_outside;
    terms.soaks = services_.soak > Clock::duration::zero();
    terms.despite_sessions = services_.despite_sessions;
    terms.snapshots = services_.snapshots;
    return terms;
}

Task<FixEvent> HostFix::perform(const FixAction& action, const Reach& reach) {
    if (std::holds_alternative<fix_action::TakeLock>(action)) co_return take_lock();
    if (const auto* asked = std::get_if<fix_action::WriteDown>(&action))
        co_return write_down(*asked);
    if (std::holds_alternative<fix_action::Look>(action)) co_return co_await look(reach);
    if (std::holds_alternative<fix_action::AskGuard>(action)) co_return co_await ask_guard(reach);
    if (std::holds_alternative<fix_action::CopyDisk>(action)) co_return co_await copy_disk(reach);
    if (const auto* asked = std::get_if<fix_action::RunChange>(&action))
        co_return co_await change(*asked, reach);
    if (const auto* asked = std::get_if<fix_action::AskOutside>(&action))
        co_return co_await ask_outside(asked->port, reach);
    co_return co_await soak(reach);
}

FixEvent HostFix::take_lock() {
    if (lock_ || services_.state_dir.empty()) return fix_event::LockHeld{};
    auto lock = HostLock::take(services_.state_dir, host_.machine_guid);
    if (lock) {
        lock_ = *std::move(lock);
        return fix_event::LockHeld{};
    }
    if (lock.error().code() == Errc::taken) return fix_event::LockTaken{std::move(lock).error()};
    return fix_event::Lost{std::move(lock).error()};
}

FixEvent HostFix::write_down(const fix_action::WriteDown& asked) {
    auto written = services_.journal.append(asked.entry);
    if (!written) return fix_event::NotWritten{std::move(written).error()};
    return fix_event::Written{};
}

Task<FixEvent> HostFix::look(const Reach& reach) {
    const auto& collector = services_.collector;
    auto arguments = collector.arguments_for(reach.session);
    auto json = co_await run_script(collector.script(), std::move(arguments), reach);
    if (!json) co_return fix_event::Lost{std::move(json).error()};
    auto facts = decode_facts(*json, "fix", now_seconds());
    if (!facts) co_return fix_event::Lost{std::move(facts).error()};
    HostLook look;
    look.facts = *std::move(facts);
    look.judgement = judge(look.facts, services_.policy, now_seconds());
    co_return fix_event::Looked{std::move(look)};
}

Task<FixEvent> HostFix::ask_guard(const Reach& reach) {
    auto objection = co_await services_.guard->objection(reach.target, reach.deadline);
    co_return fix_event::GuardAnswered{std::move(objection)};
}

Task<FixEvent> HostFix::copy_disk(const Reach& reach) {
    // Of the plan's id and the VM's: an earlier try made the same.
    const auto of_vm = sha256_hex(ascii_lower(reach.target.vm)).substr(0, 12);
    const auto name = "rdpsweep-" + services_.plan_id + "-" + of_vm;
    auto copied = co_await services_.guard->snapshot(reach.target, name, reach.deadline);
    co_return fix_event::DiskCopied{std::move(copied)};
}

Task<FixEvent> HostFix::change(const fix_action::RunChange& asked, const Reach& reach) {
    auto arguments = change_arguments(asked.mode, asked.changes, asked.restart);
    auto json = co_await run_script(services_.changer, std::move(arguments), reach);
    if (!json) co_return fix_event::Lost{std::move(json).error()};
    auto results = read_changes(*json, asked.changes.size());
    if (!results) co_return fix_event::Lost{std::move(results).error()};
    co_return fix_event::Changed{*std::move(results)};
}

Task<FixEvent> HostFix::ask_outside(std::uint16_t port, const Reach& reach) {
    Attempt attempt;
    auto moved = reach.target;
    if (port != 0) moved.rdp_port = port;
    auto seen = co_await services_.outside->collect(moved, reach.deadline, attempt);
    co_return fix_event::OutsideAnswered{answer_of(seen)};
}

Task<FixEvent> HostFix::soak(const Reach& reach) {
    const bool time_left = co_await reach.deadline.sleep(services_.soak);
    if (time_left) co_return fix_event::Soaked{};
    co_return fix_event::Lost{Error(Phase::run, Errc::cancelled, "stopped while it soaked")};
}

Task<Result<std::string>>
HostFix::run_script(const Script& script, std::string arguments, const Reach& reach) {
    auto recorded = reach.record(script);
    if (!recorded) co_return std::move(recorded).error();
    const ScriptInput input(random_hex128(), std::move(arguments));
    auto output = co_await reach.session.run(script, input, reach.deadline);
    if (!output) co_return std::move(output).error();
    auto frame = find_frame(output->out, input.nonce());
    if (!frame) co_return std::move(frame).error();
    co_return std::move(frame->json);
}

} // namespace rdpsweep
