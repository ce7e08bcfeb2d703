// The rows of the table from the change to its end: looks, handshakes from here, the restart, the
// soak.
#include "tests/unit/scanner/fix/fix_fsm_cases.hpp"

namespace rdpsweep::test {

namespace {

using namespace fix_event;
using Step = FixStep;
using Cases = std::vector<FixCase>;

const std::string still_broken = "write rolling_back: TLS.PROTO is still broken";
const std::string deaf_inside = "write rolling_back: the RDP handshake inside still fails";
const std::string deaf_outside = "write rolling_back: the RDP handshake from here fails";
const std::string unseen =
    "write rolling_back: no RDP handshake could be made to see whether it helped";

Looked sees(const Seen& seen) {
    return Looked{look_at(seen)};
}

Looked sees_cured(const std::string& handshake) {
    auto seen = cured();
    seen.handshake = handshake;
    return sees(seen);
}

Looked sees_sick(std::optional<int> people) {
    Seen seen;
    seen.people = people;
    return sees(seen);
}

// Without a look from here, or a soak.
Scene alone() {
    auto made = scene();
    made.terms.outside = made.terms.soaks = false;
    return made;
}

Scene alone_and_soaked() {
    auto made = alone();
    made.terms.soaks = true;
    return made;
}

Scene reluctant_despite_people() {
    auto made = reluctant();
    made.terms.despite_sessions = true;
    return made;
}

// What it cures has no part in whether RDP answers.
Scene beside_rdp() {
    auto made = alone();
    made.host.fixes = {"dump"};
    made.host.rules = {};
    made.host.changes = {};
    made.record.stage = FixStage::applied;
    made.record.backup = scene().host.changes;
    return made;
}

// RDP's port did not answer from here before.
Scene closed() {
    return begun(FixStage::applied);
}

const std::string to_restart = "write applied, before a restart";
const std::string shut = "write rolling_back: RDP's port does not answer from here any more";
const std::string not_opened =
    "write rolling_back: port 3390 does not answer from here, as the old one did: its network "
    "security groups (or another firewall) lack an inbound rule that allows TCP 3390 from the "
    "sources of the old port's rule";
const std::string unsure =
    "write verified: whether clients reach port 3390 was not seen from here: network security "
    "groups have to allow it as they do the old one";

Scene moved() {
    auto made = begun(FixStage::applied);
    made.host.changes.push_back({Change::Kind::firewall, "rdpsweep", "", "absent", "rule:3390"});
    return made;
}

// The old port answered from here.
Scene opened() {
    auto made = moved();
    made.record.reached = true;
    return made;
}

Scene moved_alone() {
    auto made = moved();
    made.terms.soaks = false;
    return made;
}

Cases first_look() {
    const auto at = Step::looking_after;
    const auto undo = Step::writing_undo;
    const auto end = Step::writing_end;
    return {
        {at, "well", scene(), sees(cured()), "ask outside 0", Step::asking_after},
        {at, "moved", moved(), sees(cured()), "ask outside 3390", Step::asking_after},
        {at, "well, alone", alone(), sees(cured()), "write verified", end},
        {at, "well, to soak", alone_and_soaked(), sees(cured()), "soak", Step::soaking},
        {at, "sick", scene(), sees(Seen()), still_broken, undo},
        {at, "deaf", scene(), sees_cured("tls"), deaf_inside, undo},
        {at, "unseen, alone", alone(), sees_cured(""), unseen, undo},
        {at, "unseen, asked", scene(), sees_cured(""), "ask outside 0", Step::asking_after},
        {at, "no RDP", beside_rdp(), sees_cured("tls"), "write verified", end},
        {at, "restart", reluctant(), sees_sick(0), to_restart, Step::writing_restart},
        {at, "people", reluctant(), sees_sick(1), still_broken, undo},
        {at, "perhaps people", reluctant(), sees_sick({}), still_broken, undo},
        {at,
         "despite people",
         reluctant_despite_people(),
         sees_sick(1),
         to_restart,
         Step::writing_restart}};
}

Cases first_answer() {
    const auto at = Step::asking_after;
    const auto whole = OutsideAnswered{OutsideAnswer::whole};
    const auto nothing = OutsideAnswered{OutsideAnswer::nothing};
    const auto failed = OutsideAnswered{OutsideAnswer::failed};
    auto soakless = scene();
    soakless.terms.soaks = false;
    auto healed = reluctant();
    healed.helps = true;
    return {
        {at, "whole", scene(), whole, "soak", Step::soaking},
        {at, "nothing, but inside", closed(), nothing, "soak", Step::soaking},
        {at, "nothing any more", scene(), nothing, shut, Step::writing_undo},
        {at, "nothing there", opened(), nothing, not_opened, Step::writing_undo},
        {at, "nothing, moved", moved_alone(), nothing, unsure, Step::writing_end},
        {at, "whole, no soak", soakless, whole, "write verified", Step::writing_end},
        {at, "failed", scene(), failed, deaf_outside, Step::writing_undo},
        {at, "failed, restart", healed, failed, to_restart, Step::writing_restart}};
}

Cases after_restart() {
    const auto at = Step::looking_restarted;
    const auto asking = Step::asking_restarted;
    const auto undo = Step::writing_undo;
    const auto answered = [](OutsideAnswer answer) { return OutsideAnswered{answer}; };
    auto soakless = reluctant();
    soakless.terms.soaks = false;
    return {
        {Step::writing_restart, "", reluctant(), Written(), "apply and restart", Step::restarting},
        {Step::restarting, "done", reluctant(), Changed{all_after()}, "look", at},
        {Step::restarting, "not done", reluctant(), Changed{all_drifted()}, "look", at},
        {at, "well", reluctant(), sees(cured()), "ask outside 0", asking},
        {at, "sick", reluctant(), sees(Seen()), still_broken, undo},
        {asking, "whole", reluctant(), answered(OutsideAnswer::whole), "soak", Step::soaking},
        {asking, "nothing", reluctant(), answered(OutsideAnswer::nothing), shut, undo},
        {asking, "failed", reluctant(), answered(OutsideAnswer::failed), deaf_outside, undo},
        {asking,
         "no soak",
         soakless,
         answered(OutsideAnswer::whole),
         "write verified",
         Step::writing_end}};
}

Cases after_soak() {
    const auto at = Step::looking_soaked;
    const auto asking = Step::asking_soaked;
    const auto undo = Step::writing_undo;
    const auto end = Step::writing_end;
    const auto answered = [](OutsideAnswer answer) { return OutsideAnswered{answer}; };
    auto healed = reluctant();
    healed.helps = true;
    return {
        {Step::soaking, "", scene(), Soaked(), "look", at},
        {at, "well", scene(), sees(cured()), "ask outside 0", asking},
        {at, "well, alone", alone_and_soaked(), sees(cured()), "write verified", end},
        {at, "sick", scene(), sees(Seen()), still_broken, undo},
        {at, "sick, no second restart", healed, sees(Seen()), still_broken, undo},
        {asking, "whole", scene(), answered(OutsideAnswer::whole), "write verified", end},
        {asking, "nothing", closed(), answered(OutsideAnswer::nothing), "write verified", end},
        {asking, "nothing any more", scene(), answered(OutsideAnswer::nothing), shut, undo},
        {asking, "failed", scene(), answered(OutsideAnswer::failed), deaf_outside, undo}};
}

} // namespace

std::vector<FixCase> cases_after() {
    Cases all;
    for (const auto& some : {first_look(), first_answer(), after_restart(), after_soak()})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

} // namespace rdpsweep::test
