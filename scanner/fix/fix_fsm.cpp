// What each event leads to, and what the machine keeps. The judgements on the way are in
// fix_fsm_change.cpp, fix_fsm_steps.cpp and fix_fsm_verify.cpp.
#include "scanner/fix/fix_fsm.hpp"

#include "scanner/fix/plan_step.hpp"

#include <algorithm>
#include <utility>

namespace rdpsweep {

namespace {

bool is_writing(FixStep step) {
    switch (step) {
    case FixStep::writing_backup:
    case FixStep::writing_applying:
    case FixStep::writing_applied:
    case FixStep::writing_undo:
    case FixStep::writing_end:
        return true;
    default:
        return false;
    }
}

} // namespace

FixFsm::FixFsm(std::size_t position, const PlanHost& host, const FixChoices& choices)
    : position_(position), host_(host), choices_(choices) {}

void FixFsm::recall(HostRecord record) {
    stage_ = record.stage;
    why_ = std::move(record.why);
    backup_ = std::move(record.backup);
    at_ = record.step;
    earlier_ = std::min(record.earlier, backup_.size());
    unsound_ = std::move(record.unsound);
    reached_ = record.reached;
    if (course_ == Course::undo_asked) return;
    const bool begun = record.undoing && stage_ != FixStage::rolled_back;
    course_ = begun ? Course::undo_begun : Course::forward;
}

FixAction FixFsm::resume(FixEvent event) {
    return std::visit([this](auto& one) { return on(std::move(one)); }, event);
}

FixAction FixFsm::refuse(const FixEvent& event) const {
    std::string what = "the fix of a host cannot take " + std::string(name_of(event)) + " while " +
                       std::string(to_string(step_));
    return fix_action::Finish{Error(Phase::internal, Errc::bug, std::move(what))};
}

FixAction FixFsm::on(fix_event::Begin event) {
    if (step_ != FixStep::idle) return refuse(event);
    terms_ = event;
    step_ = FixStep::locking;
    return fix_action::TakeLock{};
}

FixAction FixFsm::on(fix_event::GiveUp event) {
    if (step_ != FixStep::idle) return refuse(event);
    if (is_end(stage_)) return finish({});
    return end(is_untouched() ? FixStage::failed : FixStage::unreachable, std::move(event.why));
}

// Continues or undoes what an earlier process began, on that Windows only: a VM that was
// made anew under the same name may hold the very values by chance.
FixAction FixFsm::on(fix_event::LockHeld event) {
    if (step_ != FixStep::locking) return refuse(event);
    return backup_.empty() || same_windows_ ? go_on() : look(FixStep::making_sure);
}

FixAction FixFsm::on(fix_event::LockTaken event) {
    if (step_ != FixStep::locking) return refuse(event);
    // A host that was begun is not left half-way: another run may find the lock free.
    if (!backup_.empty()) return finish(std::move(event.error));
    return end(FixStage::skipped, std::string(event.error.detail()));
}

FixAction FixFsm::on(fix_event::Looked event) {
    switch (step_) {
    case FixStep::making_sure:
        return made_sure(event.look);
    case FixStep::looking_before:
        return compare(event.look);
    case FixStep::looking_after:
        return judge_look(event.look, FixStep::asking_after);
    case FixStep::looking_restarted:
        return judge_look(event.look, FixStep::asking_restarted);
    case FixStep::looking_soaked:
        return judge_look(event.look, FixStep::asking_soaked);
    default:
        return refuse(event);
    }
}

FixAction FixFsm::on(fix_event::GuardAnswered event) {
    if (step_ != FixStep::asking_guard) return refuse(event);
    auto& objection = event.objection;
    if (!objection)
        return end(
            FixStage::failed,
            "whether it may be touched is not known: " + std::string(objection.error().detail())
        );
    if (!objection->empty()) return end(FixStage::skipped, *std::move(objection));
    return copy_disk();
}

FixAction FixFsm::on(fix_event::DiskCopied event) {
    if (step_ != FixStep::copying_disk) return refuse(event);
    if (!event.id) return end(FixStage::failed, std::string(event.id.error().detail()));
    snapshot_ = *std::move(event.id);
    return read_before(0, {});
}

FixAction FixFsm::on(fix_event::Changed event) {
    if (event.results.size() != changes().size()) return refuse(event);
    switch (step_) {
    case FixStep::reading_before:
        return back_up(event.results);
    case FixStep::applying:
        return applied(event.results, std::move(event.note));
    case FixStep::finding_out:
        return found_out(event.results);
    case FixStep::restarting:
        return look(FixStep::looking_restarted);
    case FixStep::undoing:
        return undone(event.results);
    default:
        return refuse(event);
    }
}

// Does what the entry announces, now that it is on disk.
FixAction FixFsm::on(fix_event::Written event) {
    if (!is_writing(step_)) return refuse(event);
    stage_ = next_stage_;
    why_ = std::exchange(next_why_, {});
    switch (step_) {
    case FixStep::writing_backup:
        at_ = next_at_;
        earlier_ = backup_.size();
        backup_.insert(backup_.end(), next_backup_.begin(), next_backup_.end());
        return write(FixStep::writing_applying, FixStage::applying);
    case FixStep::writing_applying:
        return change(
            FixStep::applying, ChangeMode::apply, step_of(host_, at_).restart == Restart::needed
        );
    case FixStep::writing_applied:
        return look(FixStep::looking_after);
    case FixStep::writing_undo:
        if (course_ == Course::forward) course_ = Course::undo_begun;
        // What the running TermService took up goes with it; an earlier process may have restarted
        // it for that.
        return change(FixStep::undoing, ChangeMode::undo, undo_restarts());
    default:
        return finish({});
    }
}

FixAction FixFsm::on(fix_event::NotWritten event) {
    if (!is_writing(step_)) return refuse(event);
    return finish(std::move(event.error));
}

FixAction FixFsm::on(fix_event::Lost event) {
    if (step_ == FixStep::idle) return refuse(event);
    return finish(std::move(event.error));
}

FixAction FixFsm::go_on() {
    if (course_ == Course::undo_asked) return undo("asked for");
    if (course_ == Course::undo_begun) return undo(why_.empty() ? "it did not help" : why_);
    // The tag wins until something was written.
    if (backup_.empty() && terms_.held)
        return end(FixStage::skipped, "it is held by its tag " + std::string(hold_tag));
    if (backup_.empty()) return look(FixStep::looking_before);
    if (is_unsure()) return change(FixStep::finding_out, ChangeMode::read, false);
    if (stage_ == FixStage::backed_up) return write(FixStep::writing_applying, FixStage::applying);
    if (stage_ == FixStage::applied) return look(FixStep::looking_after);
    return finish({});
}

FixAction FixFsm::made_sure(const HostLook& look) {
    same_windows_ = is_planned_windows(host_, look);
    if (same_windows_) return go_on();
    const bool forward = course_ == Course::forward;
    return end(
        forward ? FixStage::unreachable : FixStage::rollback_failed,
        "another Windows answers there: nothing was done to it"
    );
}

FixAction FixFsm::look(FixStep step) {
    step_ = step;
    return fix_action::Look{};
}

FixAction FixFsm::change(FixStep step, ChangeMode mode, bool restart) {
    step_ = step;
    return fix_action::RunChange{mode, changes(), restart};
}

FixAction FixFsm::write(FixStep step, FixStage stage, std::string why) {
    step_ = step;
    JournalEntry entry{position_, stage, why, {}, {}, 0, 0, {}, false};
    if (stage == FixStage::backed_up) {
        entry.changes = next_backup_;
        entry.snapshot = snapshot_;
        entry.step = next_at_;
        if (backup_.empty()) entry.unsound = unsound_;
        entry.reached = backup_.empty() && reached_;
    }
    next_stage_ = stage;
    next_why_ = std::move(why);
    return fix_action::WriteDown{std::move(entry)};
}

FixAction FixFsm::end(FixStage stage, std::string why) {
    return write(FixStep::writing_end, stage, std::move(why));
}

FixAction FixFsm::finish(Status status) {
    step_ = FixStep::idle;
    return fix_action::Finish{std::move(status)};
}

std::vector<Change> FixFsm::changes() const {
    if (step_ == FixStep::reading_before)
        return next_at_ == 0 ? step_of(host_, 0).changes : wanted_;
    if (step_ == FixStep::undoing) return backup_;
    return {backup_.begin() + static_cast<std::ptrdiff_t>(earlier_), backup_.end()};
}

bool FixFsm::is_unsure() const noexcept {
    return stage_ == FixStage::applying || (stage_ == FixStage::unreachable && !backup_.empty());
}

} // namespace rdpsweep
