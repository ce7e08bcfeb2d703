// The steps of a host after it was changed: it is looked at until it is verified, or undone.
#include "scanner/fix/change_results.hpp"
#include "scanner/fix/fix_fsm.hpp"

#include <utility>

namespace rdpsweep {

using Did = ChangeResult::Did;

FixAction FixFsm::on(fix_event::OutsideAnswered event) {
    switch (step_) {
    case FixStep::asking_after:
    case FixStep::asking_restarted:
    case FixStep::asking_soaked:
        return judge_answer(event.answer);
    default:
        return refuse(event);
    }
}

FixAction FixFsm::on(fix_event::Soaked event) {
    if (step_ != FixStep::soaking) return refuse(event);
    return look(FixStep::looking_soaked);
}

// Judges a look. asking: the step in which the handshake from here belongs to this look.
FixAction FixFsm::judge_look(const HostLook& look, FixStep asking) {
    people_ = has_people(look);
    shown_ = shows_handshake(look);
    step_ = asking;
    auto wrong = left_undone(host_, choices_, look);
    if (!wrong.empty() || !cures_rdp(host_)) return judged(std::move(wrong));
    if (terms_.outside) return fix_action::AskOutside{moved_port(host_)};
    return judge_answer(OutsideAnswer::nothing);
}

FixAction FixFsm::judge_answer(OutsideAnswer answer) {
    if (answer == OutsideAnswer::failed) return judged("the RDP handshake from here fails");
    if (shown_ || answer == OutsideAnswer::whole) return judged({});
    return judged("no RDP handshake could be made to see whether it helped");
}

// Goes on after the look was judged. wrong: why the host is not well; empty when it is.
FixAction FixFsm::judged(std::string wrong) {
    const bool may_restart = host_.restart == Restart::if_still_failing &&
                             (!people_ || terms_.despite_sessions) &&
                             step_ == FixStep::asking_after;
    if (!wrong.empty() && may_restart) {
        restarted_ = true;
        return change(FixStep::restarting, ChangeMode::apply, true);
    }
    if (!wrong.empty()) return undo(std::move(wrong));
    if (step_ == FixStep::asking_soaked || !terms_.soaks) return end(FixStage::verified);
    step_ = FixStep::soaking;
    return fix_action::Soak{};
}

FixAction FixFsm::undo(std::string why) {
    return write(FixStep::writing_undo, FixStage::rolling_back, std::move(why));
}

FixAction FixFsm::undone(const std::vector<ChangeResult>& results) {
    if (every(results, Did::written) && found_all(backup_, results, &Change::before))
        return end(FixStage::rolled_back, why_);
    return end(FixStage::rollback_failed, first_failure(results) + "; undone because " + why_);
}

} // namespace rdpsweep
