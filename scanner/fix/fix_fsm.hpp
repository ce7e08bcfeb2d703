// The fix of one host as a machine without I/O: it answers each event with the one action that
// comes next.
#pragma once

#include "scanner/fix/fix_action.hpp"
#include "scanner/fix/fix_event.hpp"
#include "scanner/fix/fix_step.hpp"
#include "scanner/fix/journal.hpp"
#include "scanner/fix/plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

// It knows no clock, no session and no file. It asks for a script that writes only once the journal
// holds the entry that tells of it: WriteDown comes first, and the script after Written.
class FixFsm {
public:
    // position: of host in its plan. host and choices must outlive it.
    FixFsm(std::size_t position, const PlanHost& host, const FixChoices& choices);

    // Goes on from what the journal of an earlier process says.
    void recall(HostRecord record);

    // Asks for the host to be undone instead.
    void undo_instead() noexcept { course_ = Course::undo_asked; }

    // Takes what happened and returns what comes next. An event that cannot happen in this step
    // changes nothing: Finish with Error{internal, bug}.
    FixAction resume(FixEvent event);

    [[nodiscard]] FixStep step() const noexcept { return step_; }

    // Returns the latest stage that the journal holds.
    [[nodiscard]] FixStage stage() const noexcept { return stage_; }

    [[nodiscard]] const std::string& why() const noexcept { return why_; }

    // Tells whether the host is not what was planned for.
    [[nodiscard]] bool drifted() const noexcept { return drifted_; }

private:
    // undo_begun: there is no other way on from there. undo_asked: whatever became of it.
    enum class Course : std::uint8_t { forward, undo_begun, undo_asked };

    FixAction on(fix_event::Begin event);
    FixAction on(fix_event::GiveUp event);
    FixAction on(fix_event::LockHeld event);
    FixAction on(fix_event::LockTaken event);
    FixAction on(fix_event::Looked event);
    FixAction on(fix_event::GuardAnswered event);
    FixAction on(fix_event::DiskCopied event);
    FixAction on(fix_event::Changed event);
    FixAction on(fix_event::OutsideAnswered event);
    FixAction on(fix_event::Soaked event);
    FixAction on(fix_event::Written event);
    FixAction on(fix_event::NotWritten event);
    FixAction on(fix_event::Lost event);

    FixAction refuse(const FixEvent& event) const;
    FixAction go_on();
    FixAction begin();
    FixAction made_sure(const HostLook& look);
    FixAction send_again();
    FixAction wait_for_people();
    FixAction leave(FixStage stage, std::string why);
    FixAction compare(const HostLook& look);
    FixAction ask_guard();
    FixAction copy_disk();
    FixAction back_up(const std::vector<ChangeResult>& results);
    FixAction applied(const std::vector<ChangeResult>& results, std::string note);
    FixAction found_out(const std::vector<ChangeResult>& results);
    FixAction judge_look(const HostLook& look, FixStep asking);
    FixAction judge_rdp(const HostLook& look);
    FixAction judge_answer(OutsideAnswer answer, const std::string& missing = {});
    FixAction rdp_fails(std::string why);
    [[nodiscard]] std::string why_closed(const std::string& missing) const;
    FixAction judged(std::string wrong);
    FixAction go_further(const HostLook& look);
    FixAction undo(std::string why);
    FixAction undone(const std::vector<ChangeResult>& results);

    FixAction look(FixStep step);
    FixAction read_before(std::size_t number, std::vector<Change> changes);
    FixAction change(FixStep step, ChangeMode mode, bool restart);
    FixAction write(FixStep step, FixStage stage, std::string why = {});
    FixAction end(FixStage stage, std::string why = {});
    FixAction finish(Status status);

    // Returns the changes to send: what a step is to change until it is backed up, then what was
    // found of it; all that was found of all steps to undo.
    [[nodiscard]] std::vector<Change> changes() const;

    // Tells whether TermService may run with what the steps so far changed, and so has to restart
    // when that is undone.
    [[nodiscard]] bool undo_restarts() const;

    // Tells whether a restart of TermService now would end sessions that nobody gave up.
    [[nodiscard]] bool kept_from_restart() const;

    // Takes from a look whether people keep TermService from restarting.
    void see_people(const HostLook& look);

    // Tells whether the script that writes lets clients to a new port in the cloud's network, too.
    [[nodiscard]] bool opens_gate() const;

    // Says what an undo that could not ask the cloud left open.
    [[nodiscard]] std::string gate_left() const;

    // Tells whether TermService may restart now, as RDP or a rule is not well without.
    [[nodiscard]] bool may_restart() const;

    // Tells whether nothing was written to the host yet: at most it is about to be.
    [[nodiscard]] bool is_untouched() const noexcept;

    // Tells whether what comes next needs no look at whose Windows it is, and who is logged on.
    [[nodiscard]] bool goes_on_unseen() const noexcept;

    // Tells whether it is unknown how far the script that writes got.
    [[nodiscard]] bool is_unsure() const noexcept;

    std::size_t position_;
    const PlanHost& host_;
    const FixChoices& choices_;
    FixStep step_ = FixStep::idle;
    FixStage stage_ = FixStage::planned;
    std::string why_;
    FixStage next_stage_ = FixStage::planned; // once the journal holds it
    std::string next_why_;
    fix_event::Begin terms_; // of this run
    Course course_ = Course::forward;
    std::size_t at_ = 0;              // the step of the plan that was backed up last
    std::size_t next_at_ = 0;         // that is read, and backed up next
    std::vector<Change> wanted_;      // what it is to change; of the first step, the plan has that
    std::vector<Change> backup_;      // with the states that were found; empty: nothing was written
    std::size_t earlier_ = 0;         // how many of them, at the start, are of earlier steps
    std::vector<Change> next_backup_; // once the journal holds it
    std::size_t sent_ = 0;            // for how many steps the script that writes may have been
    std::vector<Change> kept_;        // of a try that wrote nothing, and may have opened a port
    std::string snapshot_;            // id of the disk's copy; empty: none
    // Rules that did not find the host sound before; nothing: an older version did not say.
    std::optional<std::vector<std::string>> unsound_;
    std::vector<std::string> others_; // that name causes beside those cured, at the latest look
    std::string trouble_;             // of RDP inside, at the latest look; empty: none
    bool reached_ = false;            // RDP's port answered from here before
    bool worked_ = false;             // and the handshake was whole
    bool gated_ = false;              // the new port may be open in the cloud's network
    std::string opened_;              // the rules that were made there, if that was written down
    std::string note_;                // what is to be said though all went well
    bool same_windows_ = false;       // as in the plan: seen by this process
    std::string people_;              // why they keep TermService running; empty: nobody does
    bool shown_ = false;              // a whole handshake, at the latest look
    bool restarted_ = false;          // TermService may be, beyond what the plan needs
    bool drifted_ = false;
};

} // namespace rdpsweep
