// How a host is begun, or gone on with after another process: what the journal says was done, and
// what has to be true now.
//
// The journal is no guard. While nothing was written to a host it goes through all of them again;
// afterwards people who are logged on still keep TermService from restarting.
#include "scanner/fix/fix_fsm.hpp"
#include "scanner/fix/plan_past.hpp"
#include "scanner/fix/plan_step.hpp"

#include <algorithm>
#include <utility>

namespace rdpsweep {

void FixFsm::recall(HostRecord record) {
    stage_ = record.stage;
    why_ = std::move(record.why);
    backup_ = std::move(record.backup);
    at_ = record.step;
    earlier_ = std::min(record.earlier, backup_.size());
    unsound_ = std::move(record.unsound);
    reached_ = record.reached;
    worked_ = record.worked;
    sent_ = record.sent;
    restarted_ = record.restarted;
    gated_ = record.gated;
    opened_ = std::move(record.opened);
    if (course_ == Course::undo_asked) return;
    const bool begun = record.undoing && stage_ != FixStage::rolled_back;
    course_ = begun ? Course::undo_begun : Course::forward;
}

FixAction FixFsm::on(fix_event::GiveUp event) {
    if (step_ != FixStep::idle) return refuse(event);
    if (is_end(stage_)) return finish({});
    const bool as_it_was = is_untouched() && !gated_;
    return end(as_it_was ? FixStage::failed : FixStage::unreachable, std::move(event.why));
}

FixAction FixFsm::on(fix_event::LockHeld event) {
    if (step_ != FixStep::locking) return refuse(event);
    return goes_on_unseen() ? go_on() : look(FixStep::making_sure);
}

FixAction FixFsm::on(fix_event::LockTaken event) {
    if (step_ != FixStep::locking) return refuse(event);
    // A host that was begun is not left half-way: another run may find the lock free.
    if (!is_untouched() || gated_) return finish(std::move(event.error));
    return end(FixStage::skipped, std::string(event.error.detail()));
}

// Continues or undoes what an earlier process began, on that Windows only: a VM that was made anew
// under the same name may hold the very values by chance.
FixAction FixFsm::made_sure(const HostLook& look) {
    see_people(look);
    same_windows_ = is_planned_windows(host_, look);
    if (same_windows_) return go_on();
    const bool forward = course_ == Course::forward;
    return end(
        forward ? FixStage::unreachable : FixStage::rollback_failed,
        "another Windows answers there: nothing was done to it"
    );
}

FixAction FixFsm::go_on() {
    if (course_ == Course::undo_asked) return undo(std::string(undo_asked));
    if (course_ == Course::undo_begun) return undo(why_.empty() ? "it did not help" : why_);
    if (is_untouched()) return begin();
    if (is_unsure()) return change(FixStep::finding_out, ChangeMode::read, false);
    if (stage_ == FixStage::backed_up) return send_again();
    if (stage_ == FixStage::applied) return look(FixStep::looking_after);
    return finish({});
}

// Begins a host to which nothing was written, whatever an earlier try saw of it. The tag wins until
// something was.
FixAction FixFsm::begin() {
    if (gated_ && !backup_.empty()) kept_ = std::move(backup_);
    backup_.clear();
    at_ = earlier_ = sent_ = 0;
    reached_ = worked_ = restarted_ = false;
    if (terms_.held)
        return leave(FixStage::skipped, "it is held by its tag " + std::string(hold_tag));
    if (terms_.stale)
        return leave(FixStage::skipped, "the plan has expired, and nothing was written to it yet");
    return look(FixStep::looking_before);
}

// Leaves a host alone to which nothing was written. What an earlier try may have opened for it in
// the cloud's network is closed: that takes an undo, which then finds nothing else to do.
FixAction FixFsm::leave(FixStage stage, std::string why) {
    if (kept_.empty()) return end(stage, std::move(why));
    backup_ = std::exchange(kept_, {});
    return undo(std::move(why));
}

// Sends the script that writes for what is backed up: it is not known, or not so, that an earlier
// one came through.
FixAction FixFsm::send_again() {
    const bool restarts = step_of(host_, at_).restart == Restart::needed;
    if (restarts && kept_from_restart()) return wait_for_people();
    return write(FixStep::writing_applying, FixStage::applying);
}

// People keep TermService from restarting though something was written. That goes back, unless this
// takes a restart as well: then all stays as it is until the plan is gone on with.
FixAction FixFsm::wait_for_people() {
    if (!undo_restarts()) return undo(people_);
    return end(FixStage::unreachable, people_);
}

void FixFsm::see_people(const HostLook& look) {
    people_ = has_people(look) ? people_of(look) : std::string();
}

bool FixFsm::kept_from_restart() const {
    return !people_.empty() && !terms_.despite_sessions;
}

bool FixFsm::is_untouched() const noexcept {
    return backup_.empty() || (stage_ == FixStage::backed_up && earlier_ == 0);
}

bool FixFsm::goes_on_unseen() const noexcept {
    if (backup_.empty()) return true;
    if (course_ != Course::forward) return same_windows_;
    return is_untouched() || (same_windows_ && stage_ == FixStage::applied);
}

bool FixFsm::is_unsure() const noexcept {
    return stage_ == FixStage::applying || (stage_ == FixStage::unreachable && !backup_.empty());
}

} // namespace rdpsweep
