// The steps of a host after it was changed: it is looked at until it is verified, or undone.
#include "scanner/fix/change_results.hpp"
#include "scanner/fix/fix_fsm.hpp"
#include "scanner/fix/host_worse.hpp"
#include "scanner/fix/plan_step.hpp"

#include <utility>

namespace rdpsweep {

using Did = ChangeResult::Did;

FixAction FixFsm::on(fix_event::OutsideAnswered event) {
    switch (step_) {
    case FixStep::asking_before:
        reached_ = event.answer != OutsideAnswer::nothing;
        worked_ = event.answer == OutsideAnswer::whole;
        return ask_guard();
    case FixStep::asking_after:
    case FixStep::asking_restarted:
    case FixStep::asking_soaked:
        return judge_answer(event.answer, event.missing);
    default:
        return refuse(event);
    }
}

FixAction FixFsm::on(fix_event::Soaked event) {
    if (step_ != FixStep::soaking) return refuse(event);
    return look(FixStep::looking_soaked);
}

// Judges a look: each step so far by its own rules, and whether anything got worse. asking: the
// step in which the handshake from here belongs to this look.
FixAction FixFsm::judge_look(const HostLook& look, FixStep asking) {
    see_people(look);
    shown_ = shows_handshake(look);
    note_.clear();
    step_ = asking;
    auto wrong = left_undone(host_, at_, choices_, look);
    if (!wrong.empty()) return judged(std::move(wrong));
    const auto worse = unsound_ ? made_worse(*unsound_, look) : std::string();
    if (!worse.empty()) return judged(worse + " is broken, and was not before");
    return asking == FixStep::asking_soaked ? judge_rdp(look) : go_further(look);
}

// Judges RDP as a whole, now that every step is done.
FixAction FixFsm::judge_rdp(const HostLook& look) {
    others_ = unsound_ ? other_causes(host_, look) : std::vector<std::string>();
    trouble_ = rdp_trouble(host_, look);
    // Another cause excuses what is wrong inside; not that less works from here than before.
    const bool asks_anyway = reached_ && terms_.outside && !others_.empty();
    if (!trouble_.empty() && !asks_anyway) return rdp_fails(trouble_);
    if (!cures_rdp(host_)) return judged({});
    // Of a port that RDP moved to the cloud can say what is missing, if nothing is seen from here.
    const bool asks_cloud = terms_.guarded && moved_port(host_) != 0;
    if (terms_.outside || asks_cloud) return fix_action::AskOutside{moved_port(host_), reached_};
    return judge_answer(OutsideAnswer::nothing);
}

FixAction FixFsm::judge_answer(OutsideAnswer answer, const std::string& missing) {
    // What worked before and does not any more is worse, whatever other cause there is.
    if (answer == OutsideAnswer::failed && worked_)
        return judged("the RDP handshake from here fails, and did not before");
    if (answer == OutsideAnswer::failed) return rdp_fails("the RDP handshake from here fails");
    // A port that answered and does not any more is worse than before, whatever is said inside.
    if (answer == OutsideAnswer::nothing && terms_.outside && reached_)
        return judged(why_closed(missing));
    if (!trouble_.empty()) return rdp_fails(trouble_);
    if (answer == OutsideAnswer::nothing && !shown_)
        return rdp_fails("no RDP handshake could be made to see whether it helped");
    const auto moved = moved_port(host_);
    if (answer == OutsideAnswer::nothing && moved != 0)
        note_ = !missing.empty() ? missing
                                 : "whether clients reach port " + std::to_string(moved) +
                                       " was not seen from here: network security groups have to "
                                       "allow it as they do the old one";
    return judged({});
}

// Says what is missing on the way to a port that answers inside, and not from here.
std::string FixFsm::why_closed(const std::string& missing) const {
    const auto moved = moved_port(host_);
    if (moved == 0) return "RDP's port does not answer from here any more";
    const auto port =
        "port " + std::to_string(moved) + " does not answer from here, as the old one did: ";
    if (!missing.empty()) return port + missing;
    return port +
           "its network security groups (or another firewall) lack an inbound rule that allows "
           "TCP " +
           std::to_string(moved) + " from the sources of the old port's rule";
}

// RDP is not well. That is no fault of the fixes while another cause is there that they do not
// cure: every step did what it was to do, and nothing is worse.
FixAction FixFsm::rdp_fails(std::string why) {
    if (others_.empty() || may_restart()) return judged(std::move(why));
    note_ = "RDP does not work yet: this plan does not cure";
    for (const auto& rule : others_)
        note_ += (&rule == &others_.front() ? " " : ", ") + rule;
    return judged({});
}

// Goes on after the look was judged. wrong: why the host is not well; empty when it is.
FixAction FixFsm::judged(std::string wrong) {
    // Written down first: whoever undoes it has to restart TermService, too.
    if (!wrong.empty() && may_restart())
        return write(FixStep::writing_restart, FixStage::applied, why_);
    if (!wrong.empty()) return undo(std::move(wrong));
    if (step_ == FixStep::asking_soaked || !terms_.soaks) return end(FixStage::verified, note_);
    step_ = FixStep::soaking;
    return fix_action::Soak{};
}

FixAction FixFsm::undo(std::string why) {
    return write(FixStep::writing_undo, FixStage::rolling_back, std::move(why));
}

FixAction FixFsm::undone(const std::vector<ChangeResult>& results) {
    const bool back = every(results, Did::written) && found_all(backup_, results, &Change::before);
    if (!back)
        return end(FixStage::rollback_failed, first_failure(results) + "; undone because " + why_);
    if (gated_ && !terms_.guarded) return end(FixStage::rollback_failed, gate_left());
    return end(FixStage::rolled_back, why_);
}

std::string FixFsm::gate_left() const {
    const auto port = std::to_string(moved_port(host_));
    auto words = "it is as it was, but port " + port + " stays open in Azure's network";
    if (!opened_.empty()) words += " (" + opened_ + ")";
    return words + ": Azure was not asked about this VM. Run fix rollback PLAN again where the "
                   "inventory has its ARM id, or delete the rule by hand";
}

} // namespace rdpsweep
