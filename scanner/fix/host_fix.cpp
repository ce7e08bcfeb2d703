// The actions of the machine, done: scripts over the session, the journal, the lock, the cloud, the
// clock.
#include "scanner/fix/host_fix.hpp"

#include "core/text.hpp"
#include "probes/collect/decode.hpp"
#include "probes/collect/frame.hpp"
#include "probes/collect/frame_watch.hpp"
#include "scanner/fix/change_results.hpp"

#include <algorithm>
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

// Returns the answer to a script that was not sent, or whose sequel failed.
FixEvent nothing_done(const fix_action::RunChange& asked, const std::string& why) {
    fix_event::Changed event;
    for (const auto& change : asked.changes) {
        const auto& now = asked.mode == ChangeMode::apply ? change.before : change.after;
        event.results.push_back({now, ChangeResult::Did::failed, now, why});
    }
    return event;
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
    terms.stale = services_.stale;
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
        co_return co_await ask_outside(*asked, reach);
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

// What cannot be opened is not changed either: the answer is that of a change that failed.
Task<FixEvent> HostFix::change(const fix_action::RunChange& asked, const Reach& reach) {
    if (!opens_port(reach) || asked.mode == ChangeMode::read || !moves_rdp(asked.changes)) {
        auto event = co_await change_inside(asked, reach);
        co_return event;
    }
    const auto move = port_move();
    std::string opened;
    if (asked.mode == ChangeMode::apply) {
        auto made = co_await services_.guard->open_port(reach.target, move, reach.deadline);
        if (!made && made.error().retryable()) co_return fix_event::Lost{std::move(made).error()};
        if (!made) co_return nothing_done(asked, std::string(made.error().detail()));
        opened = *std::move(made);
    }
    auto event = co_await change_inside(asked, reach);
    auto* changed = std::get_if<fix_event::Changed>(&event);
    if (changed == nullptr) co_return event;
    if (!opened.empty()) changed->note = std::string(opened_words) + opened;
    // Nobody undoes a host that was left alone: its port is closed again now.
    if (asked.mode != ChangeMode::undo && !came_to_nothing(changed->results)) co_return event;
    changed->note.clear();
    auto closed = co_await services_.guard->close_port(reach.target, move, reach.deadline);
    if (closed) co_return event;
    if (closed.error().retryable()) co_return fix_event::Lost{std::move(closed).error()};
    const auto why = "its rule in Azure's network stays: " + std::string(closed.error().detail()) +
                     "; run fix rollback PLAN again, or delete it by hand";
    co_return nothing_done(asked, why);
}

// A VM of no cloud has no groups to open.
bool HostFix::opens_port(const Reach& reach) const {
    return services_.choices.open_nsg != 0 && services_.guard != nullptr &&
           !reach.target.vm.empty();
}

PortMove HostFix::port_move() const {
    return {port_before(host_), moved_port(host_), services_.choices.open_nsg, services_.plan_id};
}

Task<FixEvent> HostFix::change_inside(const fix_action::RunChange& asked, const Reach& reach) {
    auto arguments = change_arguments(asked.mode, asked.changes, asked.restart);
    auto json = co_await run_script(services_.changer, std::move(arguments), reach);
    if (!json) co_return fix_event::Lost{std::move(json).error()};
    auto results = read_changes(*json, asked.changes.size());
    if (!results) co_return fix_event::Lost{std::move(results).error()};
    co_return fix_event::Changed{*std::move(results)};
}

Task<FixEvent> HostFix::ask_outside(const fix_action::AskOutside& asked, const Reach& reach) {
    fix_event::OutsideAnswered event;
    if (services_.outside != nullptr && reach.target.rdp_outside)
        event.answer = co_await try_outside(asked, reach);
    const bool moved = asked.port != 0 && event.answer == OutsideAnswer::nothing;
    if (!moved || services_.guard == nullptr || reach.target.vm.empty()) co_return event;
    const auto move = port_move();
    event.missing = co_await services_.guard->missing_rule(reach.target, move, reach.deadline);
    co_return event;
}

// A listener is back some seconds after a restart; a rule of the cloud's network takes longer.
Task<OutsideAnswer> HostFix::try_outside(const fix_action::AskOutside& asked, const Reach& reach) {
    constexpr auto between_tries = std::chrono::seconds(3);
    constexpr int usual = 3, of_new_rule = 20;
    auto target = reach.target;
    if (asked.port != 0) target.rdp_port = asked.port;
    int left = asked.patient ? usual : 1;
    if (asked.port != 0 && opens_port(reach)) left = of_new_rule;
    for (;;) {
        Attempt attempt;
        auto seen = co_await services_.outside->collect(target, reach.deadline, attempt);
        const auto answer = answer_of(seen);
        if (answer != OutsideAnswer::nothing || --left == 0) co_return answer;
        const bool time_left = co_await reach.deadline.sleep(between_tries);
        if (!time_left) co_return answer;
    }
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
    const auto nonce = random_hex128();
    const ScriptInput input(nonce, std::move(arguments), FrameWatch(nonce));
    auto output = co_await reach.session.run(script, input, reach.deadline);
    if (!output) co_return std::move(output).error();
    auto frame = find_frame(output->out, input.nonce());
    if (!frame) co_return std::move(frame).error();
    co_return std::move(frame->json);
}

} // namespace rdpsweep
