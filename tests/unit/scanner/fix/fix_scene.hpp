// One host of a plan with its looks and answers, for tests of the machine that fixes it.
#pragma once

#include "scanner/fix/fix_fsm.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep::test {

// What a look finds. As it is here, the host needs what was planned.
struct Seen {
    std::uint32_t enabled = 0, disabled_by_default = 1; // TLS 1.2
    std::string handshake = "tls"; // the stage it ends at inside; "done": whole; empty: none made
    std::string guid = "guid";
    std::optional<int> people = 0; // none: nobody could look
    std::uint32_t layer = 2;       // SecurityLayer; 0: what RDP serves is no TLS
    bool stopped = false;          // TermService, which nothing here cures
};

// The collector's document about it.
std::string facts_text(const Seen& seen);

HostLook look_at(const Seen& seen);

// The same once the fix has helped.
Seen cured();

// What the change script answers for the planned changes.
std::vector<ChangeResult> all_before(); // read: nothing was changed yet
std::vector<ChangeResult> all_after();  // read: everything is
std::vector<ChangeResult> half_way();   // read: the first one is
std::vector<ChangeResult> all_written();
std::vector<ChangeResult> one_denied(); // the first was written, the second refused
std::vector<ChangeResult> all_drifted();
std::vector<ChangeResult> all_undone();

// Results for any changes, as the script gives them when all goes well.
std::vector<ChangeResult> results_of(const std::vector<Change>& changes, ChangeMode mode);

// The plan of every journal here.
JournalKey plan_key();

// A host that needs the fix "tls12".
PlanHost planned_host();

// A host that needs "tls12", and in a second step "nla".
PlanHost host_in_steps();

// The host, and what holds for the run.
struct Scene {
    PlanHost host;
    FixChoices choices;
    fix_event::Begin terms;
    HostRecord record;                    // of an earlier process
    bool undo = false;                    // is asked for
    bool helps = true;                    // the first look after the change shows it
    std::optional<HostLook> sees_after{}; // instead, whatever helps
};

// That host where it comes through as many steps as there are: asked about, its disk copied, looked
// at from here, soaked.
Scene scene();

// A host with two steps, looked at as in scene().
Scene in_steps();

// The same, begun by an earlier process that left it in its second step, at that stage.
Scene begun_in_steps(FixStage stage);

// The same, begun by an earlier process that left it at that stage.
Scene begun(FixStage stage, std::string why = {});

// The same, where TermService restarts only if it does not help without.
Scene reluctant();

// The machine in a scene that has to outlive nothing.
struct Bench {
    explicit Bench(Scene scene);

    // Gives the machine an event, and keeps what it asks to be changed.
    FixAction take(FixEvent event);

    Scene scene;
    FixFsm fsm;
    fix_action::RunChange asked;
    int applied = 0; // scripts that were asked to change something
};

// Returns what happens next on a good day.
FixEvent good_event(const Bench& bench);

// Returns one event of each kind, in the order of the kinds.
std::vector<FixEvent> one_of_each();

// The error of every loss.
Error lost();

// Goes on with what happens on a good day until the machine is at that step.
std::unique_ptr<Bench> bench_at(FixStep step, Scene scene);

// The scene in which a good day comes through the step.
Scene scene_of(FixStep step);

// An action in words: "look", "apply and restart", "write skipped: another Windows answers there".
std::string words_of(const FixAction& action);

} // namespace rdpsweep::test
