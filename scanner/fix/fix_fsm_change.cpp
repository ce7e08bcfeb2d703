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
    if (drifted_) return leave(FixStage::skipped, std::move(drift));
    unsound_ = unsound_rules(look);
    see_people(look);
    if (host_.restart == Restart::needed && kept_from_restart())
        return leave(FixStage::skipped, people_);
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
        return leave(FixStage::failed, "no copy of its disk: we know no VM of Azure behind it");
    step_ = FixStep::copying_disk;
    return fix_action::CopyDisk{};
}

FixAction FixFsm::back_up(const std::vector<ChangeResult>& results) {
    auto exact = changes();
    for (std::size_t i = 0; i < exact.size(); ++i) {
        if (!state::same(exact[i].before, results[i].found) && !backup_.empty())
            return undo(reason_for(results[i]));
        if (!state::same(exact[i].before, results[i].found))
            return leave(FixStage::skipped, reason_for(results[i]));
        exact[i].before = results[i].found;
    }
    next_backup_ = std::move(exact);
    return write(FixStep::writing_backup, FixStage::backed_up);
}

FixAction FixFsm::applied(const std::vector<ChangeResult>& results, std::string note) {
    if (note.starts_with(opened_words)) opened_ = note.substr(opened_words.size());
    // Nothing was missing in the cloud's network.
    if (opens_gate() && note.empty() && every(results, Did::written)) gated_ = false;
    if (every(results, Did::written))
        return write(FixStep::writing_applied, FixStage::applied, std::move(note));
    const bool touched = std::any_of(results.begin(), results.end(), [](const auto& result) {
        return result.did == Did::written || result.did == Did::failed;
    });
    // Where the cloud cannot be asked any more, what was opened there is not closed by itself.
    const bool stays_open = gated_ && !terms_.guarded;
    return touched || earlier_ > 0 || stays_open ? undo(first_failure(results))
                                                 : end(FixStage::skipped, first_failure(results));
}

// What was done is looked at, not assumed. Where all is written already, applying again writes
// nothing and restarts TermService: whether that came through is not known. Where nothing is, the
// host is begun anew.
FixAction FixFsm::found_out(const std::vector<ChangeResult>& results) {
    const auto asked = changes();
    const bool nothing = found_all(asked, results, &Change::before);
    if (nothing && earlier_ == 0) return begin();
    if (nothing || found_all(asked, results, &Change::after)) return send_again();
    return undo("the connection was lost half-way");
}

bool FixFsm::opens_gate() const {
    const auto from = backup_.begin() + static_cast<std::ptrdiff_t>(earlier_);
    return choices_.open_nsg != 0 && terms_.guarded && moves_rdp({from, backup_.end()});
}

} // namespace rdpsweep
