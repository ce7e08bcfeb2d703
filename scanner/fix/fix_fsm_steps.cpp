// The way from one step of a host's plan to the next, and what holds for the steps so far.
#include "scanner/fix/fix_fsm.hpp"
#include "scanner/fix/plan_step.hpp"

#include <utility>

namespace rdpsweep {

// Goes on to the next step that has something left to do, after a look that is content with those
// before it; RDP as a whole is judged after the last one.
FixAction FixFsm::go_further(const HostLook& look) {
    for (std::size_t next = at_ + 1; next < step_count(host_); ++next) {
        auto left = changes_left(host_, next, choices_, look);
        if (auto* drift = std::get_if<std::string>(&left)) return undo(std::move(*drift));
        auto& changes = std::get<std::vector<Change>>(left);
        if (changes.empty()) continue;
        const bool restarts = step_of(host_, next).restart == Restart::needed;
        if (restarts && kept_from_restart()) return wait_for_people();
        return read_before(next, std::move(changes));
    }
    return judge_rdp(look);
}

FixAction FixFsm::read_before(std::size_t number, std::vector<Change> changes) {
    next_at_ = number;
    wanted_ = std::move(changes);
    return change(FixStep::reading_before, ChangeMode::read, false);
}

bool FixFsm::undo_restarts() const {
    if (restarted_) return true;
    return sent_ > 0 && steps_through(host_, sent_ - 1).restart == Restart::needed;
}

bool FixFsm::may_restart() const {
    return step_ == FixStep::asking_after && !kept_from_restart() &&
           step_of(host_, at_).restart == Restart::if_still_failing;
}

} // namespace rdpsweep
