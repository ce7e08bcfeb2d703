// The rows of the table until something is changed: drift, people, the cloud, the copy, the
// backup.
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

Scene in_need_of_restart() {
    return with(scene(), [](Scene& one) { one.host.restart = Restart::needed; });
}

Looked sees(const std::function<void(Seen&)>& change = [](Seen&) {}) {
    Seen seen;
    change(seen);
    return Looked{look_at(seen)};
}

Looked sees_cured(const std::function<void(Seen&)>& change = [](Seen&) {}) {
    auto seen = cured();
    change(seen);
    return Looked{look_at(seen)};
}

Error error(std::string detail) {
    return {Phase::config, Errc::taken, std::move(detail)};
}

Cases drifted() {
    const auto at = Step::looking_before;
    const auto fewer = with(plain(), [](Scene& one) { one.host.changes.pop_back(); });
    const auto unknown = with(plain(), [](Scene& one) { one.host.fixes = {"none"}; });
    const std::string no = "write skipped: ";
    const auto end = Step::writing_end;
    return {
        {at,
         "stranger",
         plain(),
         sees([](Seen& seen) { seen.guid = "other"; }),
         no + "another Windows answers there",
         end},
        {at, "cured", plain(), sees_cured(), no + "it needs the fix tls12 no more", end},
        {at,
         "other changes",
         fewer,
         sees(),
         no + "what would be changed is not what was planned",
         end},
        {at, "unknown fix", unknown, sees(), no + "this version has no fix none", end}};
}

Cases compared() {
    const auto at = Step::looking_before;
    const auto busy = sees([](Seen& seen) { seen.people = 2; });
    const auto unseen = sees([](Seen& seen) { seen.people.reset(); });
    const auto copy = [](SnapshotWish wish, bool guarded, Risk risk) {
        return with(scene(), [&](Scene& one) {
            one.terms.snapshots = wish;
            one.terms.guarded = guarded;
            one.terms.outside = false;
            one.host.risk = risk;
        });
    };
    const auto despite =
        with(in_need_of_restart(), [](Scene& one) { one.terms.despite_sessions = true; });
    const std::string no_vm = "write failed: no copy of its disk: we know no VM of Azure behind it";
    const auto guard = Step::asking_guard, before = Step::asking_before;
    const auto reading = Step::reading_before;
    const auto inside = with(scene(), [](Scene& one) { one.terms.outside = false; });
    const auto seen = with(plain(), [](Scene& one) { one.terms.outside = true; });
    const auto answers = [](OutsideAnswer answer) { return OutsideAnswered{answer}; };
    return {
        {at, "asked about", scene(), sees(), "ask outside 0", before},
        {at, "not looked at from here", inside, sees(), "ask guard", guard},
        {before, "it answers", scene(), answers(OutsideAnswer::failed), "ask guard", guard},
        {before, "it does not", scene(), answers(OutsideAnswer::nothing), "ask guard", guard},
        {before, "without Azure", seen, answers(OutsideAnswer::whole), "read", reading},
        {at, "not asked about", plain(), sees(), "read", Step::reading_before},
        {at,
         "people",
         in_need_of_restart(),
         busy,
         "write skipped: people are logged on, and TermService would restart: --despite-sessions "
         "does it anyway",
         Step::writing_end},
        {at,
         "perhaps people",
         in_need_of_restart(),
         unseen,
         "write skipped: who is logged on could not be read (/sessions), and TermService would "
         "restart: --despite-sessions does it anyway",
         Step::writing_end},
        {at, "despite perhaps people", despite, unseen, "ask outside 0", before},
        {at, "perhaps people, no restart", scene(), unseen, "ask outside 0", before},
        {at, "despite people", despite, busy, "ask outside 0", before},
        {at, "people, no restart", scene(), busy, "ask outside 0", before},
        {at,
         "copy of nothing",
         copy(SnapshotWish::always, false, Risk::low),
         sees(),
         no_vm,
         Step::writing_end},
        {at,
         "copy by risk, of nothing",
         copy(SnapshotWish::risk, false, Risk::high),
         sees(),
         "read",
         Step::reading_before},
        {guard,
         "no copy",
         copy(SnapshotWish::never, true, Risk::high),
         GuardAnswered{std::string()},
         "read",
         Step::reading_before},
        {guard,
         "copy by risk",
         copy(SnapshotWish::risk, true, Risk::high),
         GuardAnswered{std::string()},
         "copy disk",
         Step::copying_disk},
        {guard,
         "little risk",
         copy(SnapshotWish::risk, true, Risk::medium),
         GuardAnswered{std::string()},
         "read",
         Step::reading_before},
        {guard, "copy", scene(), GuardAnswered{std::string()}, "copy disk", Step::copying_disk}};
}

Cases before_the_change() {
    const auto end = Step::writing_end;
    const auto copying = Step::copying_disk;
    const auto reading = Step::reading_before;
    auto unreadable = all_drifted();
    unreadable.front().why = "Access is denied.";
    return {
        {Step::asking_guard,
         "locked",
         scene(),
         GuardAnswered{std::string("Azure locks it")},
         "write skipped: Azure locks it",
         end},
        {Step::asking_guard,
         "silent",
         scene(),
         GuardAnswered{error("Azure refused")},
         "write failed: whether it may be touched is not known: Azure refused",
         end},
        {copying, "copied", scene(), DiskCopied{std::string("/copies/1")}, "read", reading},
        {copying, "full", scene(), DiskCopied{error("no room")}, "write failed: no room", end},
        {reading,
         "as planned",
         scene(),
         Changed{all_before()},
         "write backed_up, 2 changes, copy /copies/1",
         Step::writing_backup},
        {reading,
         "no copy",
         plain(),
         Changed{all_before()},
         "write backed_up, 2 changes",
         Step::writing_backup},
        {reading,
         "other states",
         scene(),
         Changed{all_drifted()},
         "write skipped: something changed while it was looked at",
         end},
        {reading,
         "unreadable",
         scene(),
         Changed{unreadable},
         "write skipped: Access is denied.",
         end}};
}

} // namespace

std::vector<FixCase> cases_before() {
    Cases all;
    for (const auto& some : {drifted(), compared(), before_the_change()})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

} // namespace rdpsweep::test
