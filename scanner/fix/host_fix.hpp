// The fix of one host, over whatever session can run a script: does what its machine asks for, and
// tells it how that went.
#pragma once

#include "core/host_deadline.hpp"
#include "core/outcome.hpp"
#include "probes/rule.hpp"
#include "scanner/engine/collector.hpp"
#include "scanner/engine/fixing.hpp"
#include "scanner/fix/fix_fsm.hpp"
#include "scanner/fix/host_lock.hpp"
#include "scanner/fix/journal.hpp"
#include "scanner/fix/plan.hpp"
#include "scanner/fix/vm_guard.hpp"
#include "scanner/fix/window.hpp"
#include "scanner/options/snapshot_wish.hpp"
#include "transports/transport.hpp"

#include <functional>
#include <string>

namespace rdpsweep {

struct FixServices {
    const Collector& collector;
    const Script& changer; // probes/fix/change.ps1
    Journal& journal;
    Policy policy;
    FactSource* outside = nullptr;             // looks at RDP from here; null: not at all
    Clock::duration soak{};                    // how long all must stay well after a change
    FixChoices choices{};                      // of the plan
    bool stale = false;                        // the plan has expired: no host is begun
    bool despite_sessions = false;             // restart TermService though people are logged on
    const MaintenanceWindow* window = nullptr; // hosts begin only while it is open; null: always
    std::string state_dir{};                   // for the locks; empty: none are taken
    std::string plan_id{};
    VmGuard* guard = nullptr; // asked before a cloud's VM is touched; null: no question is asked
    SnapshotWish snapshots = SnapshotWish::never;
    std::function<void(const TerminalText& line)>
        say_host{}; // told what became of each; empty: nobody
};

class HostFix {
public:
    // position: of host in its plan. Everything must outlive it.
    HostFix(std::size_t position, const PlanHost& host, FixServices& services);

    // Goes on from what the journal of an earlier process says.
    void resume(HostRecord record) { fsm_.recall(std::move(record)); }

    // Asks for the host to be undone instead, whatever became of it.
    void undo_instead() noexcept { fsm_.undo_instead(); }

    // Fixes the host as far as the connection lasts; an Error{...} that can be retried may be
    // followed by another call with a new session, which looks at what was done first. Afterwards
    // stage() is an end, or the call is worth another try.
    Task<Status>
    run(Session& session, const Target& target, HostDeadline& deadline, const RecordScript& record);

    // Writes down that the host could no longer be reached, unless it is done.
    Status give_up(std::string why);

    // Releases the lock of the Windows, as the host is done with for now: another plan may take it.
    void let_go() noexcept { lock_ = HostLock(); }

    [[nodiscard]] FixStage stage() const noexcept { return fsm_.stage(); }

    [[nodiscard]] const std::string& why() const noexcept { return fsm_.why(); }

    // Tells whether the host was skipped because it is not what was planned for.
    [[nodiscard]] bool drifted() const noexcept { return fsm_.drifted(); }

private:
    // What one call of run() works with.
    struct Reach {
        Session& session;
        const Target& target;
        HostDeadline& deadline;
        const RecordScript& record;
    };

    [[nodiscard]] fix_event::Begin terms_for(const Target& target) const;
    Task<FixEvent> perform(const FixAction& action, const Reach& reach);
    FixEvent take_lock();
    FixEvent write_down(const fix_action::WriteDown& asked);
    Task<FixEvent> look(const Reach& reach);
    Task<FixEvent> ask_guard(const Reach& reach);
    Task<FixEvent> copy_disk(const Reach& reach);
    Task<FixEvent> change(const fix_action::RunChange& asked, const Reach& reach);
    Task<FixEvent> change_inside(const fix_action::RunChange& asked, const Reach& reach);
    [[nodiscard]] bool opens_port(const Reach& reach) const;
    [[nodiscard]] PortMove port_move() const;
    Task<FixEvent> ask_outside(const fix_action::AskOutside& asked, const Reach& reach);
    Task<OutsideAnswer> try_outside(const fix_action::AskOutside& asked, const Reach& reach);
    Task<FixEvent> soak(const Reach& reach);
    Task<Result<std::string>>
    run_script(const Script& script, std::string arguments, const Reach& reach);

    const PlanHost& host_;
    FixServices& services_;
    FixFsm fsm_;
    HostLock lock_;
};

} // namespace rdpsweep
