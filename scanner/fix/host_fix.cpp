#include "scanner/fix/host_fix.hpp"

#include "core/text.hpp"
#include "probes/collect/decode.hpp"
#include "probes/collect/frame.hpp"
#include "scanner/fix/change_results.hpp"

#include <algorithm>
#include <ctime>

namespace rdpsweep {

namespace {

using Did = ChangeResult::Did;

std::int64_t now_seconds() {
    return static_cast<std::int64_t>(std::time(nullptr));
}

const Finding* finding_of(const Judgement& judgement, std::string_view rule) {
    for (const auto& finding : judgement.findings) {
        if (finding.rule == rule) return &finding;
    }
    return nullptr;
}

bool is_broken(const Judgement& judgement, std::string_view rule) {
    const auto* finding = finding_of(judgement, rule);
    return finding != nullptr && finding->verdict == Verdict::broken;
}

// Where RDP is to be found afterwards; 0: where it was.
std::uint16_t moved_port(const PlanHost& host) {
    for (const auto& change : host.changes) {
        const auto parts = split(change.after, ':');
        if (change.kind == Change::Kind::firewall && parts.size() == 2)
            return static_cast<std::uint16_t>(std::strtoul(parts[1].c_str(), nullptr, 10));
    }
    return 0;
}

} // namespace

HostFix::HostFix(std::size_t position, const PlanHost& host, FixServices& services)
    : position_(position), host_(host), services_(services) {}

void HostFix::resume(HostRecord record) {
    stage_ = record.stage;
    why_ = std::move(record.why);
    backup_ = std::move(record.backup);
    undoing_ = record.undoing && stage_ != FixStage::rolled_back;
    // Nobody knows how far it got.
    unsure_ = stage_ == FixStage::applying || (stage_ == FixStage::unreachable && !backup_.empty());
}

Status HostFix::enter(FixStage stage, std::string why) {
    JournalEntry entry{position_, stage, why, {}, {}, 0};
    if (stage == FixStage::backed_up) {
        entry.changes = backup_;
        entry.snapshot = snapshot_;
    }
    auto written = services_.journal.append(std::move(entry));
    if (!written) return written;
    stage_ = stage;
    why_ = std::move(why);
    return {};
}

Status HostFix::give_up(std::string why) {
    if (is_end(stage_)) return {};
    const bool untouched = backup_.empty() || stage_ == FixStage::backed_up;
    return enter(untouched ? FixStage::failed : FixStage::unreachable, std::move(why));
}

Task<Result<std::string>> HostFix::run_script(
    Session& session,
    const Script& script,
    std::string arguments,
    HostScope& scope,
    const RecordScript& record
) {
    auto recorded = record(script);
    if (!recorded) co_return std::move(recorded).error();
    const ScriptInput input(random_hex128(), std::move(arguments));
    auto output = co_await session.run(script, input, scope);
    if (!output) co_return std::move(output).error();
    auto frame = find_frame(output->out, input.nonce());
    if (!frame) co_return std::move(frame).error();
    co_return std::move(frame->json);
}

Task<Result<HostFix::Look>>
HostFix::look(Session& session, HostScope& scope, const RecordScript& record) {
    const auto& collector = services_.collector;
    auto arguments = collector.arguments_for(session);
    auto json =
        co_await run_script(session, collector.script(), std::move(arguments), scope, record);
    if (!json) co_return std::move(json).error();
    auto facts = decode_facts(*json, "fix", now_seconds());
    if (!facts) co_return std::move(facts).error();
    Look look{*std::move(facts), {}};
    look.judgement = judge(look.facts, services_.policy, now_seconds());
    people_ = look.facts.sessions && look.facts.sessions->active > 0;
    co_return look;
}

Task<Result<HostFix::Results>> HostFix::change(
    Session& session, ChangeMode mode, bool restart, HostScope& scope, const RecordScript& record
) {
    const auto& changes = backup_.empty() ? host_.changes : backup_;
    auto arguments = change_arguments(mode, changes, restart);
    auto json =
        co_await run_script(session, services_.changer, std::move(arguments), scope, record);
    if (!json) co_return std::move(json).error();
    co_return read_changes(*json, changes.size());
}

bool HostFix::is_planned_windows(const Look& look) const {
    return look.facts.os && look.facts.os->machine_guid == host_.machine_guid;
}

// What an earlier process began is gone on with, or undone, on that Windows only: a VM that was made
// anew under the same name may hold the very values by chance.
Task<Status> HostFix::make_sure(Session& session, HostScope& scope, const RecordScript& record) {
    auto seen = co_await look(session, scope, record);
    if (!seen) co_return std::move(seen).error();
    same_windows_ = is_planned_windows(*seen);
    if (same_windows_) co_return Status();
    const auto stage = undo_ || undoing_ ? FixStage::rollback_failed : FixStage::unreachable;
    co_return enter(stage, "another Windows answers there: nothing was done to it");
}

// Why the host is not what the plan was made for; empty when it is.
std::string HostFix::drift_of(const Look& look) const {
    if (!is_planned_windows(look)) return "another Windows answers there";
    std::vector<Change> changes;
    for (const auto& id : host_.fixes) {
        const auto* fix = find_fix(id);
        if (fix == nullptr) return "this version has no fix " + id;
        auto prepared = prepare(*fix, look.facts, look.judgement.findings, services_.choices);
        if (const auto* refused = std::get_if<Refusal>(&prepared))
            return refused->key == "fix.refused.not_needed" ? "it needs the fix " + id + " no more"
                                                            : "the fix " + id + " is refused now";
        for (auto& change : std::get<std::vector<Change>>(prepared))
            changes.push_back(std::move(change));
    }
    return changes == host_.changes ? "" : "what would be changed is not what was planned";
}

// Why the host is left alone although it is what was planned for; empty: it is not. Error: nobody knows.
Task<Result<std::string>>
HostFix::objection(const Look& look, const Target& target, HostScope& scope) {
    const bool busy = look.facts.sessions && look.facts.sessions->active > 0;
    if (host_.restart == Restart::needed && busy && !services_.despite_sessions)
        co_return std::string("people are logged on, and TermService would restart");
    if (services_.guard == nullptr || target.vm.empty()) co_return std::string();
    co_return co_await services_.guard->objection(target, scope);
}

Task<Status> HostFix::begin(
    Session& session, const Target& target, HostScope& scope, const RecordScript& record
) {
    auto seen = co_await look(session, scope, record);
    if (!seen) co_return std::move(seen).error();
    same_windows_ = is_planned_windows(*seen);
    auto drift = drift_of(*seen);
    if (!drift.empty()) {
        drifted_ = true;
        co_return enter(FixStage::skipped, std::move(drift));
    }
    auto objected = co_await objection(*seen, target, scope);
    if (!objected)
        co_return enter(
            FixStage::failed,
            "whether it may be touched is not known: " + std::string(objected.error().detail())
        );
    if (!objected->empty()) co_return enter(FixStage::skipped, *std::move(objected));
    co_return co_await back_up(session, target, scope, record);
}

// Of the disk, as far as it is wished for. A fix that has to be undone by hand may need it.
Task<Status> HostFix::copy_disk(const Target& target, HostScope& scope) {
    const bool wanted = services_.snapshots == SnapshotWish::always ||
                        (services_.snapshots == SnapshotWish::risk && host_.risk == Risk::high &&
                         services_.guard != nullptr && !target.vm.empty());
    if (!wanted) co_return Status();
    if (services_.guard == nullptr || target.vm.empty())
        co_return enter(FixStage::failed, "no copy of its disk: we know no VM of Azure behind it");
    // Of the plan's id and the VM's: an earlier try made the same.
    const auto of_vm = sha256_hex(ascii_lower(target.vm)).substr(0, 12);
    const auto name = "rdpsweep-" + services_.plan_id + "-" + of_vm;
    auto copied = co_await services_.guard->snapshot(target, name, scope);
    if (!copied) co_return enter(FixStage::failed, std::string(copied.error().detail()));
    snapshot_ = *std::move(copied);
    co_return Status();
}

Task<Status> HostFix::back_up(
    Session& session, const Target& target, HostScope& scope, const RecordScript& record
) {
    auto copied = co_await copy_disk(target, scope);
    if (!copied || is_end(stage_)) co_return copied;
    auto results = co_await change(session, ChangeMode::read, false, scope, record);
    if (!results) co_return std::move(results).error();
    auto exact = host_.changes;
    for (std::size_t i = 0; i < exact.size(); ++i) {
        const auto& found = (*results)[i].found;
        if (!state::same(exact[i].before, found))
            co_return enter(FixStage::skipped, reason_for((*results)[i]));
        exact[i].before = found;
    }
    backup_ = std::move(exact);
    auto kept = enter(FixStage::backed_up);
    if (!kept) co_return kept;
    co_return co_await apply(session, scope, record);
}

Task<Status> HostFix::apply(Session& session, HostScope& scope, const RecordScript& record) {
    auto begun = enter(FixStage::applying);
    if (!begun) co_return begun;
    unsure_ = true;
    const bool restart = host_.restart == Restart::needed;
    restarted_ = restarted_ || restart;
    auto results = co_await change(session, ChangeMode::apply, restart, scope, record);
    if (!results) co_return std::move(results).error();
    unsure_ = false;
    if (every(*results, Did::written)) co_return enter(FixStage::applied);
    const bool touched = std::any_of(results->begin(), results->end(), [](const auto& result) {
        return result.did == Did::written || result.did == Did::failed;
    });
    if (!touched) co_return enter(FixStage::skipped, first_failure(*results));
    auto why = first_failure(*results);
    co_return co_await undo(session, std::move(why), scope, record);
}

// After a connection that was lost: what was done is looked at, not assumed.
Task<Status> HostFix::find_out(Session& session, HostScope& scope, const RecordScript& record) {
    auto results = co_await change(session, ChangeMode::read, false, scope, record);
    if (!results) co_return std::move(results).error();
    if (found_all(backup_, *results, &Change::after)) {
        // Whether TermService was restarted is not known: applying again writes nothing and does it.
        co_return co_await apply(session, scope, record);
    }
    if (found_all(backup_, *results, &Change::before))
        co_return co_await apply(session, scope, record);
    std::string why = "the connection was lost half-way";
    co_return co_await undo(session, std::move(why), scope, record);
}

// Whether RDP answers has to do with any of the fixes.
bool HostFix::cures_rdp() const {
    return std::any_of(host_.fixes.begin(), host_.fixes.end(), [](const std::string& id) {
        const auto* fix = find_fix(id);
        return fix == nullptr || fix->cures_rdp;
    });
}

// What the fixes were to bring about and did not, as the rules see it; empty: nothing.
std::string HostFix::left_undone(const Look& look) const {
    for (const auto& rule : host_.rules) {
        if (is_broken(look.judgement, rule)) return rule + " is still broken";
    }
    for (const auto& id : host_.fixes) {
        const auto* fix = find_fix(id);
        if (fix == nullptr) continue;
        const auto more = prepare(*fix, look.facts, look.judgement.findings, services_.choices);
        if (std::holds_alternative<std::vector<Change>>(more))
            return "the fix " + id + " would still change something";
        const auto* settled = finding_of(look.judgement, fix->settled_by);
        if (settled != nullptr && settled->verdict >= Verdict::at_risk)
            return settled->rule + " is not content yet";
    }
    return {};
}

// Why the host is not well, empty when it is; lost: the connection.
Task<std::string> HostFix::complaint(
    Session& session,
    const Target& target,
    HostScope& scope,
    const RecordScript& record,
    std::optional<Error>& lost
) {
    auto seen = co_await look(session, scope, record);
    if (!seen) {
        lost = std::move(seen).error();
        co_return std::string();
    }
    auto wrong = left_undone(*seen);
    if (!wrong.empty() || !cures_rdp()) co_return wrong;
    if (is_broken(seen->judgement, "HANDSHAKE"))
        co_return std::string("the RDP handshake inside still fails");
    const auto* inside = finding_of(seen->judgement, "HANDSHAKE");
    bool shown = inside != nullptr && inside->verdict == Verdict::ok;
    if (services_.outside != nullptr && target.rdp_outside) {
        Attempt attempt;
        auto moved = target;
        if (const auto port = moved_port(host_); port != 0) moved.rdp_port = port;
        auto outside = co_await services_.outside->collect(moved, scope, attempt);
        // A port that is closed from here was so before, and says nothing.
        if (outside && !outside->completed() && outside->stage != "connect")
            co_return std::string("the RDP handshake from here fails");
        shown = shown || (outside && outside->completed());
    }
    if (!shown) co_return std::string("no RDP handshake could be made to see whether it helped");
    co_return std::string();
}

Task<Status> HostFix::verify(
    Session& session, const Target& target, HostScope& scope, const RecordScript& record
) {
    std::optional<Error> lost;
    auto wrong = co_await complaint(session, target, scope, record, lost);
    if (lost) co_return std::move(*lost);
    const bool may_restart = !people_ || services_.despite_sessions;
    if (!wrong.empty() && host_.restart == Restart::if_still_failing && may_restart) {
        restarted_ = true;
        auto again = co_await change(session, ChangeMode::apply, true, scope, record);
        if (!again) co_return std::move(again).error();
        wrong = co_await complaint(session, target, scope, record, lost);
        if (lost) co_return std::move(*lost);
    }
    if (wrong.empty() && services_.soak > Clock::duration::zero()) {
        const bool time_left = co_await scope.sleep(services_.soak);
        if (!time_left) co_return Error(Phase::run, Errc::cancelled, "stopped while it soaked");
        wrong = co_await complaint(session, target, scope, record, lost);
        if (lost) co_return std::move(*lost);
    }
    if (wrong.empty()) co_return enter(FixStage::verified);
    co_return co_await undo(session, std::move(wrong), scope, record);
}

Task<Status>
HostFix::undo(Session& session, std::string why, HostScope& scope, const RecordScript& record) {
    auto begun = enter(FixStage::rolling_back, why);
    if (!begun) co_return begun;
    undoing_ = true;
    // What the running TermService took up goes with it. An earlier process may have restarted it.
    const bool restart = restarted_ || host_.restart == Restart::needed;
    auto results = co_await change(session, ChangeMode::undo, restart, scope, record);
    if (!results) co_return std::move(results).error();
    if (every(*results, Did::written) && found_all(backup_, *results, &Change::before))
        co_return enter(FixStage::rolled_back, std::move(why));
    co_return enter(FixStage::rollback_failed, first_failure(*results) + "; undone because " + why);
}

Task<Status>
HostFix::run(Session& session, const Target& target, HostScope& scope, const RecordScript& record) {
    if (!lock_ && !services_.state_dir.empty()) {
        auto lock = HostLock::take(services_.state_dir, host_.machine_guid);
        const bool taken = !lock && lock.error().code() == Errc::taken;
        if (taken && backup_.empty())
            co_return enter(FixStage::skipped, std::string(lock.error().detail()));
        if (!lock) co_return std::move(lock).error();
        lock_ = *std::move(lock);
    }
    if (!backup_.empty() && !same_windows_) {
        auto sure = co_await make_sure(session, scope, record);
        if (!sure || !same_windows_) co_return sure;
    }
    if (undo_ || undoing_) {
        // Named on a line of its own: a conditional among a co_await's arguments is freed twice by
        // GCC 12 (ADR 0006).
        std::string why = why_;
        if (undo_) why = "asked for";
        if (why.empty()) why = "it did not help";
        co_return co_await undo(session, std::move(why), scope, record);
    }
    Status done;
    // Whoever put the tag on it wins until something was written.
    if (backup_.empty() && target.tags.contains(std::string(hold_tag))) {
        co_return enter(FixStage::skipped, "it is held by its tag " + std::string(hold_tag));
    }
    if (backup_.empty())
        done = co_await begin(session, target, scope, record);
    else if (unsure_)
        done = co_await find_out(session, scope, record);
    else if (stage_ == FixStage::backed_up)
        done = co_await apply(session, scope, record);
    if (!done || stage_ != FixStage::applied) co_return done;
    co_return co_await verify(session, target, scope, record);
}

} // namespace rdpsweep
