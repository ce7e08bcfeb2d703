// The fix of one host, over whatever session can run a script: look again, write down, change, look again;
// undo when it did not help.
#pragma once

#include "core/host_scope.hpp"
#include "core/outcome.hpp"
#include "probes/fix/change_script.hpp"
#include "probes/rule.hpp"
#include "scanner/engine/collector.hpp"
#include "scanner/engine/fixing.hpp"
#include "scanner/fix/host_lock.hpp"
#include "scanner/fix/journal.hpp"
#include "scanner/fix/plan.hpp"
#include "scanner/fix/vm_guard.hpp"
#include "scanner/fix/window.hpp"
#include "scanner/options/snapshot_wish.hpp"
#include "transports/transport.hpp"

#include <string>

namespace rdpsweep {

// A tag of Azure or of the inventory, with any value: such a host is left alone.
inline constexpr std::string_view hold_tag = "rdpsweep:hold";

struct FixServices {
    const Collector& collector;
    const Script& changer; // probes/fix/change.ps1
    Journal& journal;
    Policy policy;
    FactSource* outside = nullptr;             // looks at RDP from here; null: not at all
    Clock::duration soak{};                    // how long all must stay well after a change
    FixChoices choices{};                      // of the plan
    bool despite_sessions = false;             // restart TermService though people are logged on
    const MaintenanceWindow* window = nullptr; // hosts begin only while it is open; null: always
    std::string state_dir{};                   // for the locks; empty: none are taken
    std::string plan_id{};
    VmGuard* guard = nullptr; // asked before a VM of a cloud is touched; null: nobody is
    SnapshotWish snapshots = SnapshotWish::never;
};

class HostFix {
public:
    // position: of host in its plan. Everything must outlive it.
    HostFix(std::size_t position, const PlanHost& host, FixServices& services);

    // Goes on from what the journal of an earlier process says.
    void resume(HostRecord record);

    // Asks for the host to be undone instead: it was verified before.
    void undo_instead() noexcept { undo_ = true; }

    // As far as the connection lasts; an Error{...} that can be retried may be followed by another
    // call with a new session, which looks at what was done first. Afterwards stage() is an end, or
    // the call is worth another try.
    Task<Status>
    run(Session& session, const Target& target, HostScope& scope, const RecordScript& record);

    // The host could not be reached any more.
    Status give_up(std::string why);

    // It is at its end for now: another plan may have the Windows.
    void let_go() noexcept { lock_ = HostLock(); }

    [[nodiscard]] FixStage stage() const noexcept { return stage_; }

    [[nodiscard]] const std::string& why() const noexcept { return why_; }

    // Skipped, as the host is not what was planned for.
    [[nodiscard]] bool drifted() const noexcept { return drifted_; }

private:
    struct Look {
        Facts facts;
        Judgement judgement;
    };

    using Results = std::vector<ChangeResult>;

    Status enter(FixStage stage, std::string why = {});
    Task<Result<std::string>> run_script(
        Session& session,
        const Script& script,
        std::string arguments,
        HostScope& scope,
        const RecordScript& record
    );
    Task<Result<Look>> look(Session& session, HostScope& scope, const RecordScript& record);
    Task<Result<Results>> change(
        Session& session,
        ChangeMode mode,
        bool restart,
        HostScope& scope,
        const RecordScript& record
    );
    Task<Status>
    begin(Session& session, const Target& target, HostScope& scope, const RecordScript& record);
    Task<Result<std::string>> objection(const Look& look, const Target& target, HostScope& scope);
    Task<Status>
    back_up(Session& session, const Target& target, HostScope& scope, const RecordScript& record);
    Task<Status> copy_disk(const Target& target, HostScope& scope);
    Task<Status> apply(Session& session, HostScope& scope, const RecordScript& record);
    Task<Status> find_out(Session& session, HostScope& scope, const RecordScript& record);
    Task<Status>
    verify(Session& session, const Target& target, HostScope& scope, const RecordScript& record);
    Task<Status>
    undo(Session& session, std::string why, HostScope& scope, const RecordScript& record);
    Task<std::string> complaint(
        Session& session,
        const Target& target,
        HostScope& scope,
        const RecordScript& record,
        std::optional<Error>& lost
    );
    Task<Status> make_sure(Session& session, HostScope& scope, const RecordScript& record);
    bool cures_rdp() const;
    std::string left_undone(const Look& look) const;
    bool is_planned_windows(const Look& look) const;
    std::string drift_of(const Look& look) const;

    std::size_t position_;
    const PlanHost& host_;
    FixServices& services_;
    FixStage stage_ = FixStage::planned;
    std::string why_;
    HostLock lock_;
    std::string snapshot_;       // id of the disk's copy; empty: none
    std::vector<Change> backup_; // with the states that were found
    bool same_windows_ = false;  // as in the plan: seen by this process
    bool people_ = false;        // were logged on at the latest look
    bool restarted_ = false;     // TermService, by us
    bool unsure_ = false;        // the connection was lost while something was written
    bool undoing_ = false;       // what was begun is only undone from here
    bool undo_ = false;
    bool drifted_ = false;
};

} // namespace rdpsweep
