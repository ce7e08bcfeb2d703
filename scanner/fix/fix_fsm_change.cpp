// The steps of a host until it is changed: it is compared with its plan, backed up, and changed or
// left alone.
#include "scanner/fix/change_results.hpp"
#include "scanner/fix/fix_fsm.hpp"
#include "scanner/fix/host_worse.hpp"
#include "scanner/fix/plan_step.hpp"

#include <algorithm>
#include <utility>

namespace rdpsweep {

using Did = ChangeResult::Did;

FixAction FixFsm::compare(const HostLook& look) {
    same_windows_ = is_planned_windows(host_, look);
    auto drift = drift_of(host_, choices_, look);
    drifted_ = !drift.empty();
    if (drifted_) return end(FixStage::skipped, std::move(drift));
    unsound_ = unsound_rules(look);
    if (host_.restart == Restart::needed && has_people(look) && !terms_.despite_sessions)
        return end(FixStage::skipped, people_of(look));
    if (!terms_.outside || !cures_rdp(host_)) return ask_guard();
    step_ = FixStep::asking_before;
    return fix_action::AskOutside{0, false};
}

FixAction FixFsm::ask_guard() {
    if (!terms_.guarded) return copy_disk();
    step_ = FixStep::asking_guard;
    return fix_action::AskGuard{};
}

// Asks for a copy of the disk, where one is wished for. A fix that has to be undone by hand may
// need it.
FixAction FixFsm::copy_disk() {
    const bool risky = host_.risk == Risk::high && terms_.guarded;
    const bool wanted = terms_.snapshots == SnapshotWish::always ||
                        (terms_.snapshots == SnapshotWish::risk && risky);
    if (!wanted) return read_before(0, {});
    if (!terms_.guarded)
        return end(FixStage::failed, "no copy of its disk: we know no VM of Azure behind it");
    step_ = FixStep::copying_disk;
    return fix_action::CopyDisk{};
}

FixAction FixFsm::back_up(const std::vector<ChangeResult>& results) {
    auto exact = changes();
    for (std::size_t i = 0; i < exact.size(); ++i) {
        if (!state::same(exact[i].before, results[i].found) && !backup_.empty())
            return undo(reason_for(results[i]));
        if (!state::same(exact[i].before, results[i].found))
            return end(FixStage::skipped, reason_for(results[i]));
        exact[i].before = results[i].found;
    }
    next_backup_ = std::move(exact);
    return write(FixStep::writing_backup, FixStage::backed_up);
}

FixAction FixFsm::applied(const std::vector<ChangeResult>& results, std::string note) {
    if (every(results, Did::written))
        return write(FixStep::writing_applied, FixStage::applied, std::move(note));
    const bool touched = std::any_of(results.begin(), results.end(), [](const auto& result) {
        return result.did == Did::written || result.did == Did::failed;
    });
    return touched || earlier_ > 0 ? undo(first_failure(results))
                                   : end(FixStage::skipped, first_failure(results));
}

// What was done is looked at, not assumed. Where all is written already, applying again writes
// nothing and restarts TermService: whether that came through is not known.
FixAction FixFsm::found_out(const std::vector<ChangeResult>& results) {
    const auto asked = changes();
    if (found_all(asked, results, &Change::after) || found_all(asked, results, &Change::before))
        return write(FixStep::writing_applying, FixStage::applying);
    return undo("the connection was lost half-way");
}

} // namespace rdpsweep
