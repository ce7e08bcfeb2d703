// The rows of the table about scripts that write: the change, what is found of it later, the
// undoing.
#include "tests/unit/scanner/fix/fix_fsm_cases.hpp"

namespace rdpsweep::test {

namespace {

using namespace fix_event;
using Step = FixStep;
using Cases = std::vector<FixCase>;

Scene in_need_of_restart() {
    auto made = scene();
    made.host.restart = Restart::needed;
    return made;
}

Cases changing() {
    const auto at = Step::applying;
    const auto finding = Step::finding_out;
    const auto again = Step::writing_applying;
    const auto needed = in_need_of_restart();
    return {
        {Step::writing_backup, "", scene(), Written(), "write applying", again},
        {again, "", scene(), Written(), "apply", at},
        {again, "restart", needed, Written(), "apply and restart", at},
        {at, "written", scene(), Changed{all_written()}, "write applied", Step::writing_applied},
        {at, "so already", scene(), Changed{all_after()}, "write applied", Step::writing_applied},
        {at,
         "one denied",
         scene(),
         Changed{one_denied()},
         "write rolling_back: Access is denied.",
         Step::writing_undo},
        {at,
         "nothing touched",
         scene(),
         Changed{all_drifted()},
         "write skipped: it is neither as planned nor done",
         Step::writing_end},
        {Step::writing_applied, "", scene(), Written(), "look", Step::looking_after},
        {finding, "done", begun(FixStage::applying), Changed{all_after()}, "write applying", again},
        {finding,
         "not done",
         begun(FixStage::applying),
         Changed{all_before()},
         "look",
         Step::looking_before},
        {finding,
         "half-way",
         begun(FixStage::applying),
         Changed{half_way()},
         "write rolling_back: the connection was lost half-way",
         Step::writing_undo}};
}

Cases undoing() {
    const auto at = Step::undoing;
    const auto asked = Step::writing_undo;
    const auto end = Step::writing_end;
    auto sick = scene_of(at);
    auto needed = sick;
    needed.host.restart = Restart::needed;
    const std::string why = "TLS.PROTO is still broken";
    const std::string because = "; undone because " + why;
    return {
        {asked, "", sick, Written(), "undo", at},
        {asked, "restart needed", needed, Written(), "undo and restart", at},
        {at, "undone", sick, Changed{all_undone()}, "write rolled_back: " + why, end},
        {at, "never there", sick, Changed{all_before()}, "write rolled_back: " + why, end},
        {at,
         "denied",
         sick,
         Changed{one_denied()},
         "write rollback_failed: Access is denied." + because,
         end},
        {at,
         "not put back",
         sick,
         Changed{all_after()},
         "write rollback_failed: it is neither as planned nor done" + because,
         end},
        {end, "", scene(), Written(), "finish", Step::idle}};
}

} // namespace

std::vector<FixCase> cases_of_change() {
    Cases all;
    for (const auto& some : {changing(), undoing()})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

} // namespace rdpsweep::test
