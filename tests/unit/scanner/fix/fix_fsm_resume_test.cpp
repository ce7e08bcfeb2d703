// The machine that fixes a host, after another process: the journal says what was done, and what
// has to be true now is asked again.
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/fix_scene.hpp"

#include <functional>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

const std::string logged_on =
    "people are logged on, and TermService would restart: --despite-sessions does it anyway";

fix_event::Looked sees(const std::function<void(Seen&)>& change = [](Seen&) {}) {
    Seen seen;
    change(seen);
    return fix_event::Looked{look_at(seen)};
}

fix_event::Looked sees_people() {
    return sees([](Seen& seen) { seen.people = 1; });
}

Scene begun_with_restart(FixStage stage) {
    auto made = begun(stage);
    made.host.restart = Restart::needed;
    return made;
}

// A machine that was told to find out what an earlier process did.
std::unique_ptr<Bench> finding_out(Scene scene, fix_event::Looked look = sees()) {
    auto bench = bench_at(FixStep::making_sure, std::move(scene));
    CHECK(words_of(bench->take(std::move(look))) == "read");
    return bench;
}

// Nothing was written: the answer, and all that follows up to that step, on a good day.
std::unique_ptr<Bench> begun_anew(Scene scene, FixStep step) {
    auto bench = finding_out(std::move(scene));
    CHECK(words_of(bench->take(fix_event::Changed{all_before()})) == "look");
    while (bench->fsm.step() != step)
        bench->take(good_event(*bench));
    return bench;
}

// A host whose RDP moves, and whose new port is opened in the cloud's network.
Scene moving(FixStage stage) {
    auto made = begun(stage);
    auto& changes = made.host.changes;
    changes.push_back({Change::Kind::value, "K", "PortNumber", "dword:3389", "dword:3390"});
    changes.push_back({Change::Kind::firewall, "rdpsweep", "", "absent", "rule:3390"});
    made.choices.open_nsg = 300;
    made.record.backup = changes;
    made.record.gated = true;
    made.record.opened = "web-nsg/rdpsweep-RDP-3390-vm";
    return made;
}

std::string answer(Bench& bench, ChangeMode mode) {
    return words_of(bench.take(fix_event::Changed{results_of(bench.asked.changes, mode)}));
}

} // namespace

TEST_CASE("fix resumed: where nothing was written, all guards are asked again", "[fix]") {
    for (const auto stage : {FixStage::applying, FixStage::unreachable}) {
        INFO(to_string(stage));
        const auto at = [&](FixStep step) { return begun_anew(begun_with_restart(stage), step); };
        const auto looking = FixStep::looking_before;
        CHECK(words_of(at(looking)->take(sees_people())) == "write skipped: " + logged_on);
        CHECK(
            words_of(at(looking)->take(fix_event::Looked{look_at(cured())})) ==
            "write skipped: it needs the fix tls12 no more"
        );
        CHECK(
            words_of(at(FixStep::asking_guard)
                         ->take(fix_event::GuardAnswered{std::string("Azure locks it")})) ==
            "write skipped: Azure locks it"
        );
        // What is there now is backed up anew, and only then written over.
        const auto bench = at(FixStep::reading_before);
        CHECK(answer(*bench, ChangeMode::read) == "write backed_up, 2 changes, copy /copies/1");
        CHECK(words_of(bench->take(fix_event::Written())) == "write applying");
        CHECK(words_of(bench->take(fix_event::Written())) == "apply and restart");
    }
}

TEST_CASE("fix resumed: the tag and the plan's age hold what was not written to", "[fix]") {
    auto held = begun(FixStage::applying), stale = held;
    held.terms.held = true;
    stale.terms.stale = true;
    const auto says = [](Scene scene, std::vector<ChangeResult> found) {
        return words_of(finding_out(std::move(scene))->take(fix_event::Changed{std::move(found)}));
    };
    CHECK(says(held, all_before()) == "write skipped: it is held by its tag rdpsweep:hold");
    CHECK(
        says(stale, all_before()) ==
        "write skipped: the plan has expired, and nothing was written to it yet"
    );
    // What was written to is gone on with.
    CHECK(says(held, all_after()) == "write applying");
    CHECK(says(stale, all_after()) == "write applying");
}

TEST_CASE("fix resumed: people keep TermService from the restart that is still due", "[fix]") {
    auto scene = begun_with_restart(FixStage::applying);
    const auto says = [&] {
        return words_of(finding_out(scene, sees_people())->take(fix_event::Changed{all_after()}));
    };
    CHECK(says() == "write unreachable: " + logged_on); // the undo would restart it as well
    scene.terms.despite_sessions = true;
    CHECK(says() == "write applying");
    scene.terms.despite_sessions = false;
    scene.host.restart = Restart::none;
    CHECK(says() == "write applying");
}

TEST_CASE("fix resumed: with people on it a second step is undone, if that restarts nothing") {
    auto scene = begun_in_steps(FixStage::backed_up);
    const auto says = [&] {
        return words_of(bench_at(FixStep::making_sure, scene)->take(sees_people()));
    };
    CHECK(says() == "write unreachable: " + logged_on);
    scene.host.fixes.front() = "key-acl"; // takes no restart
    CHECK(says() == "write rolling_back: " + logged_on);
}

TEST_CASE("fix resumed: the same process asks again, too, after a lost connection", "[fix]") {
    auto whole = scene();
    whole.host.restart = Restart::needed;
    const auto bench = bench_at(FixStep::applying, std::move(whole));
    bench->take(fix_event::Lost{lost()});
    bench->take(bench->scene.terms);
    CHECK(words_of(bench->take(fix_event::LockHeld())) == "look");
    bench->take(sees_people());
    CHECK(
        words_of(bench->take(fix_event::Changed{all_after()})) == "write unreachable: " + logged_on
    );
}

TEST_CASE("fix resumed: undoing restarts TermService where an earlier process did", "[fix]") {
    auto scene = begun(FixStage::applied);
    scene.host.restart = Restart::if_still_failing;
    scene.undo = true;
    const auto undoes = [&] {
        return words_of(bench_at(FixStep::writing_undo, scene)->take(fix_event::Written()));
    };
    CHECK(undoes() == "undo");
    scene.record.restarted = true;
    CHECK(undoes() == "undo and restart");
    // Where no script that writes was sent, nothing has to restart.
    scene.record.restarted = false;
    scene.host.restart = Restart::needed;
    CHECK(undoes() == "undo and restart");
    scene.record.sent = 0;
    CHECK(undoes() == "undo");
}

TEST_CASE("fix resumed: a port that may be open is closed before a host is left alone", "[fix]") {
    auto scene = moving(FixStage::applying);
    scene.terms.held = true;
    const auto bench = finding_out(scene);
    CHECK(
        answer(*bench, ChangeMode::read) ==
        "write rolling_back: it is held by its tag rdpsweep:hold"
    );
    CHECK(words_of(bench->take(fix_event::Written())) == "undo");
    CHECK(
        answer(*bench, ChangeMode::undo) == "write rolled_back: it is held by its tag rdpsweep:hold"
    );
}

TEST_CASE("fix undone: a rule that Azure was not asked to remove is told, and no success") {
    auto scene = moving(FixStage::applied);
    scene.undo = true;
    const auto says = [&] {
        const auto bench = bench_at(FixStep::undoing, scene);
        return answer(*bench, ChangeMode::undo);
    };
    CHECK(says() == "write rolled_back: asked for");
    scene.terms.guarded = false;
    CHECK(
        says() ==
        "write rollback_failed: it is as it was, but port 3390 stays open in Azure's network "
        "(web-nsg/rdpsweep-RDP-3390-vm): Azure was not asked about this VM. Run fix rollback PLAN "
        "again where the inventory has its ARM id, or delete the rule by hand"
    );
    scene.record.gated = false;
    CHECK(says() == "write rolled_back: asked for");
}

TEST_CASE("fix machine: the journal says that the cloud's network is open, or may be", "[fix]") {
    auto scene = moving(FixStage::applied);
    scene.record.gated = false;
    scene.record.stage = FixStage::applying;
    const auto entry = [](const FixAction& action) {
        REQUIRE(std::holds_alternative<fix_action::WriteDown>(action));
        return std::get<fix_action::WriteDown>(action).entry;
    };
    const auto bench = finding_out(scene);
    std::vector<ChangeResult> all;
    for (const auto& change : scene.host.changes)
        all.push_back({change.after, ChangeResult::Did::kept, change.after, ""});
    CHECK(entry(bench->take(fix_event::Changed{all})).gate);
    bench->take(fix_event::Written());
    fix_event::Changed changed{all};
    changed.note = "opened in Azure's network: web-nsg/rule";
    CHECK(entry(bench->take(changed)).gate);
    // Nothing was missing there: nothing is left open either.
    const auto other = finding_out(scene);
    other->take(fix_event::Changed{all});
    other->take(fix_event::Written());
    CHECK_FALSE(entry(other->take(fix_event::Changed{all})).gate);
}
