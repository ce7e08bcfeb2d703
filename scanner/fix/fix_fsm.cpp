// What each event leads to, and what the machine keeps. How a host is begun or gone on with is in
// fix_fsm_begin.cpp; the judgements on the way are in fix_fsm_change.cpp, fix_fsm_steps.cpp and
// fix_fsm_verify.cpp.
#include "scanner/fix/fix_fsm.hpp"

#include "scanner/fix/plan_step.hpp"

#include <utility>

namespace rdpsweep {

namespace {

bool is_writing(FixStep step) {
    switch (step) {
    case FixStep::writing_backup:
    case FixStep::writing_applying:
    case FixStep::writing_applied:
    case FixStep::writing_restart:
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
        return leave(
            FixStage::failed,
            "whether it may be touched is not known: " + std::string(objection.error().detail())
        );
    if (!objection->empty()) return leave(FixStage::skipped, *std::move(objection));
    return copy_disk();
}

FixAction FixFsm::on(fix_event::DiskCopied event) {
    if (step_ != FixStep::copying_disk) return refuse(event);
    if (!event.id) return leave(FixStage::failed, std::string(event.id.error().detail()));
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
        kept_.clear();
        earlier_ = backup_.size();
        backup_.insert(backup_.end(), next_backup_.begin(), next_backup_.end());
        return write(FixStep::writing_applying, FixStage::applying);
    case FixStep::writing_applying:
        sent_ = at_ + 1;
        gated_ = gated_ || opens_gate();
        return change(
            FixStep::applying, ChangeMode::apply, step_of(host_, at_).restart == Restart::needed
        );
    case FixStep::writing_applied:
        return look(FixStep::looking_after);
    case FixStep::writing_restart:
        restarted_ = true;
        return change(FixStep::restarting, ChangeMode::apply, true);
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
    JournalEntry entry;
    entry.host = position_;
    entry.stage = stage;
    entry.why = why;
    if (stage == FixStage::backed_up) {
        entry.changes = next_backup_;
        entry.snapshot = snapshot_;
        entry.step = next_at_;
        if (backup_.empty()) entry.unsound = unsound_;
        entry.reached = backup_.empty() && reached_;
        entry.worked = backup_.empty() && worked_;
    }
    if (stage == FixStage::applying) entry.gate = gated_ || opens_gate();
    if (stage == FixStage::applied) entry.gate = gated_;
    entry.restart = step == FixStep::writing_restart;
    entry.drifted = stage == FixStage::skipped && drifted_;
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

} // namespace rdpsweep
