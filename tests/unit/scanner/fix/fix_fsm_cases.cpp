// The rows of the table up to the first look: the lock, and what an earlier process began.
#include "tests/unit/scanner/fix/fix_fsm_cases.hpp"

#include <functional>

namespace rdpsweep::test {

namespace {

using namespace fix_event;
using Step = FixStep;
using Cases = std::vector<FixCase>;

Scene with(Scene scene, const std::function<void(Scene&)>& change) {
    change(scene);
    return scene;
}

Scene plain() {
    return with(scene(), [](Scene& one) { one.terms = Begin(); });
}

Scene asked_to_undo(FixStage stage, std::string why = {}) {
    return with(begun(stage, std::move(why)), [](Scene& one) { one.undo = true; });
}

Looked sees(const std::function<void(Seen&)>& change = [](Seen&) {}) {
    Seen seen;
    change(seen);
    return Looked{look_at(seen)};
}

Error error(std::string detail) {
    return {Phase::config, Errc::taken, std::move(detail)};
}

Cases at_the_door() {
    const auto at = Step::locking;
    const auto held = with(plain(), [](Scene& one) { one.terms.held = true; });
    const auto held_later =
        with(begun(FixStage::applied), [](Scene& one) { one.terms.held = true; });
    const auto held_before =
        with(begun(FixStage::backed_up), [](Scene& one) { one.terms.held = true; });
    const auto expired =
        with(begun(FixStage::backed_up), [](Scene& one) { one.terms.stale = true; });
    const std::string taken = "another plan is at work on this Windows";
    return {
        {Step::idle, "new", scene(), Begin(), "lock", at},
        {Step::idle, "new", scene(), GiveUp{"gone"}, "write failed: gone", Step::writing_end},
        {Step::idle,
         "only backed up",
         begun(FixStage::backed_up),
         GiveUp{"gone"},
         "write failed: gone",
         Step::writing_end},
        {Step::idle,
         "changed",
         begun(FixStage::applying),
         GiveUp{"gone"},
         "write unreachable: gone",
         Step::writing_end},
        {Step::idle, "ended", begun(FixStage::verified), GiveUp{"gone"}, "finish", Step::idle},
        {at, "new", scene(), LockHeld(), "look", Step::looking_before},
        {at, "begun", begun(FixStage::applied), LockHeld(), "look", Step::making_sure},
        {at,
         "held",
         held,
         LockHeld(),
         "write skipped: it is held by its tag rdpsweep:hold",
         Step::writing_end},
        {at, "held too late", held_later, LockHeld(), "look", Step::making_sure},
        {at, "backed up", begun(FixStage::backed_up), LockHeld(), "look", Step::looking_before},
        {at,
         "backed up, held",
         held_before,
         LockHeld(),
         "write skipped: it is held by its tag rdpsweep:hold",
         Step::writing_end},
        {at,
         "backed up, expired",
         expired,
         LockHeld(),
         "write skipped: the plan has expired, and nothing was written to it yet",
         Step::writing_end},
        {at,
         "backed up",
         begun(FixStage::backed_up),
         LockTaken{error(taken)},
         "write skipped: " + taken,
         Step::writing_end},
        {at, "new", scene(), LockTaken{error(taken)}, "write skipped: " + taken, Step::writing_end},
        {at,
         "begun",
         begun(FixStage::applied),
         LockTaken{error(taken)},
         "finish: " + taken,
         Step::idle}};
}

Cases making_sure() {
    const auto at = Step::making_sure;
    const auto stranger = sees([](Seen& seen) { seen.guid = "made anew"; });
    const std::string told = ": another Windows answers there: nothing was done to it";
    const auto undo = Step::writing_undo;
    const auto end = Step::writing_end;
    return {
        {at, "applying", begun(FixStage::applying), sees(), "read", Step::finding_out},
        {at, "lost", begun(FixStage::unreachable), sees(), "read", Step::finding_out},
        {at, "applied", begun(FixStage::applied), sees(), "look", Step::looking_after},
        {at, "ended", begun(FixStage::verified), sees(), "finish", Step::idle},
        {at,
         "undo asked",
         asked_to_undo(FixStage::verified, "well"),
         sees(),
         "write rolling_back: asked for",
         undo},
        {at,
         "undoing",
         begun(FixStage::rolling_back, "it hurt"),
         sees(),
         "write rolling_back: it hurt",
         undo},
        {at,
         "undoing, no reason",
         begun(FixStage::rolling_back),
         sees(),
         "write rolling_back: it did not help",
         undo},
        {at, "stranger", begun(FixStage::applied), stranger, "write unreachable" + told, end},
        {at,
         "stranger, undoing",
         begun(FixStage::rolling_back),
         stranger,
         "write rollback_failed" + told,
         end},
        {at,
         "stranger, undo asked",
         asked_to_undo(FixStage::verified),
         stranger,
         "write rollback_failed" + told,
         end}};
}

} // namespace

Cases fix_cases() {
    Cases all;
    for (const auto& some :
         {at_the_door(),
          making_sure(),
          cases_before(),
          cases_of_change(),
          cases_after(),
          cases_of_steps()})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

} // namespace rdpsweep::test
