// The rows of the table about plans in several steps, and about causes that a plan does not cure.
#include "tests/unit/scanner/fix/fix_fsm_cases.hpp"

#include <functional>

namespace rdpsweep::test {

namespace {

using namespace fix_event;
using Step = FixStep;
using Cases = std::vector<FixCase>;

const std::string undo = "write rolling_back: ";
const std::string logged_on =
    "people are logged on, and TermService would restart: --despite-sessions does it anyway";

Looked sees(const Seen& seen) {
    return Looked{look_at(seen)};
}

// What is seen between the two steps: the first has helped, the second is still to come.
Seen between(const std::function<void(Seen&)>& change = [](Seen&) {}) {
    auto seen = cured();
    seen.layer = 0;
    seen.handshake = "tls";
    change(seen);
    return seen;
}

Seen cured_with(const std::function<void(Seen&)>& change) {
    auto seen = cured();
    change(seen);
    return seen;
}

Scene alone(Scene made) {
    made.terms.outside = made.terms.soaks = false;
    return made;
}

Scene despite(Scene made) {
    made.terms.despite_sessions = true;
    return made;
}

// The second step was planned with another value than the host has by then.
Scene planned_otherwise() {
    auto made = in_steps();
    made.host.changes.back().before = "dword:7";
    made.record.stage = FixStage::applied;
    made.record.backup = {made.host.changes[0], made.host.changes[1]};
    return made;
}

// Begun, with what did not find the host sound before.
Scene known_before(std::vector<std::string> unsound) {
    auto made = alone(begun(FixStage::applied));
    made.record.unsound = std::move(unsound);
    return made;
}

std::vector<ChangeResult> one(std::string found, ChangeResult::Did did, std::string now) {
    return {{std::move(found), did, std::move(now), ""}};
}

Cases to_the_next() {
    const auto at = Step::looking_after;
    const auto well = Step::asking_after;
    const auto people = [](Seen& seen) { seen.people = 1; };
    return {
        {at, "one of two", in_steps(), sees(between()), "read", Step::reading_before},
        {at,
         "first vain",
         in_steps(),
         sees(Seen()),
         undo + "TLS.PROTO is still broken",
         Step::writing_undo},
        {at, "no second", in_steps(), sees(cured()), "ask outside 0", well},
        {at,
         "no second, alone",
         alone(in_steps()),
         sees(cured()),
         "write verified",
         Step::writing_end},
        {at,
         "second drifted",
         planned_otherwise(),
         sees(between()),
         undo + "what the fix nla would change next is not what was planned",
         Step::writing_undo},
        {at,
         "people",
         in_steps(),
         sees(between(people)),
         "write unreachable: " + logged_on,
         Step::writing_end},
        {at,
         "despite people",
         despite(in_steps()),
         sees(between(people)),
         "read",
         Step::reading_before},
        {at, "both", begun_in_steps(FixStage::applied), sees(cured()), "ask outside 0", well},
        {at,
         "second vain",
         begun_in_steps(FixStage::applied),
         sees(between()),
         undo + "SEC.LAYER is still broken",
         Step::writing_undo}};
}

Cases within_the_second() {
    using Did = ChangeResult::Did;
    const auto half = begun_in_steps(FixStage::applying);
    const auto found = one("dword:2", Did::kept, "dword:2");
    return {
        {Step::idle,
         "second backed up",
         begun_in_steps(FixStage::backed_up),
         GiveUp{"gone"},
         "write unreachable: gone",
         Step::writing_end},
        {Step::making_sure,
         "second backed up",
         begun_in_steps(FixStage::backed_up),
         sees(between()),
         "write applying",
         Step::writing_applying},
        {Step::finding_out,
         "second done",
         half,
         Changed{found},
         "write applying",
         Step::writing_applying},
        {Step::finding_out,
         "second neither",
         half,
         Changed{one("dword:1", Did::kept, "dword:1")},
         undo + "the connection was lost half-way",
         Step::writing_undo},
        {Step::writing_applying,
         "second",
         begun_in_steps(FixStage::backed_up),
         Written(),
         "apply and restart",
         Step::applying},
        {Step::applying,
         "second untouched",
         begun_in_steps(FixStage::backed_up),
         Changed{one("dword:1", Did::drift, "dword:1")},
         undo + "it is neither as planned nor done",
         Step::writing_undo}};
}

// The same, looked at from here, where the handshake was whole before, or only the port answered.
Scene worked_before(bool whole) {
    auto made = known_before({"TLS.PROTO", "SVC.STATE", "HANDSHAKE"});
    made.terms.outside = true;
    made.record.reached = true;
    made.record.worked = whole;
    return made;
}

// What worked from here before and fails now is worse, whatever else is wrong inside.
Cases worse_from_here() {
    const auto at = Step::asking_after;
    const auto end = Step::writing_end;
    const auto both = sees(cured_with([](Seen& seen) {
        seen.stopped = true;
        seen.handshake = "connect";
    }));
    const auto beside_it = [&](bool whole) {
        auto made = worked_before(whole);
        made.sees_after = both.look;
        return made;
    };
    const std::string excused =
        "write verified: RDP does not work yet: this plan does not cure SVC.STATE";
    return {
        {Step::looking_after, "it worked", worked_before(true), both, "ask outside 0", at},
        {Step::looking_after, "it answered", worked_before(false), both, "ask outside 0", at},
        {at,
         "it worked, beside another cause",
         beside_it(true),
         OutsideAnswered{OutsideAnswer::failed},
         undo + "the RDP handshake from here fails, and did not before",
         Step::writing_undo},
        {at,
         "it answered, beside another cause",
         beside_it(true),
         OutsideAnswered{OutsideAnswer::nothing},
         undo + "RDP's port does not answer from here any more",
         Step::writing_undo},
        {at,
         "it never worked",
         beside_it(false),
         OutsideAnswered{OutsideAnswer::failed},
         excused,
         end},
        {at,
         "it still works",
         beside_it(true),
         OutsideAnswered{OutsideAnswer::whole},
         excused,
         end}};
}

// A cause that no fix of the plan cures keeps RDP from working.
Cases beside_another_cause() {
    const auto at = Step::looking_after;
    const auto end = Step::writing_end;
    const auto both = cured_with([](Seen& seen) {
        seen.stopped = true;
        seen.handshake = "connect";
    });
    const std::vector<std::string> before{"TLS.PROTO", "SVC.STATE", "HANDSHAKE"};
    return {
        {at,
         "another cause",
         known_before(before),
         sees(both),
         "write verified: RDP does not work yet: this plan does not cure SVC.STATE",
         end},
        {at,
         "it is new",
         known_before({"TLS.PROTO", "HANDSHAKE"}),
         sees(both),
         undo + "SVC.STATE is broken, and was not before",
         Step::writing_undo},
        {at,
         "nothing known",
         alone(begun(FixStage::applied)),
         sees(both),
         undo + "the RDP handshake inside still fails",
         Step::writing_undo},
        {at,
         "no other cause",
         known_before(before),
         sees(cured_with([](Seen& seen) { seen.handshake = "tls"; })),
         undo + "the RDP handshake inside still fails",
         Step::writing_undo},
        {at,
         "the own one, too",
         known_before(before),
         sees([] {
             Seen seen;
             seen.stopped = true;
             return seen;
         }()),
         undo + "TLS.PROTO is still broken",
         Step::writing_undo}};
}

} // namespace

std::vector<FixCase> cases_of_steps() {
    Cases all;
    for (const auto& some :
         {to_the_next(), within_the_second(), beside_another_cause(), worse_from_here()})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

} // namespace rdpsweep::test
