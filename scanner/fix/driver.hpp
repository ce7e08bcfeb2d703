// Drives all hosts of one plan: chooses which are visited now, keeps how they ended, and decides
// whether to stop.
#pragma once

#include "scanner/engine/fixing.hpp"
#include "scanner/fix/control.hpp"
#include "scanner/fix/host_fix.hpp"
#include "scanner/fix/orders.hpp"
#include "scanner/fix/plan_past.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace rdpsweep {

// Why a plan stops when it only has to continue later.
inline constexpr std::string_view window_closed = "fix.stop.window";
inline constexpr std::string_view paused_by_order = "fix.stop.pause";

class FixDriver final : public Fixing {
public:
    enum class Direction { apply, undo };

    // Everything must outlive it. services' collector and outside are those of the sweep under way.
    FixDriver(const Plan& plan, FixServices& services, Direction direction);

    // Returns the hosts of that batch that are not done yet; with only_begun, only those on which
    // something may have been written. When undoing: those that were changed, whatever the batch.
    [[nodiscard]] std::vector<std::size_t>
    left_of(const std::vector<std::size_t>& batch, bool only_begun) const;

    void begin_batch(std::size_t number, const std::vector<std::size_t>& hosts);

    // Returns whether the target is one of the batch.
    [[nodiscard]] bool wants(const Target& target) const override;

    [[nodiscard]] std::size_t batch_size() const noexcept override { return wanted_.size(); }

    void started() override { rules_.started(); }

    // Takes which control VMs, by id, answered RDP before the plan, or do now. The first answers
    // are written down: a later process holds its own against them. Error: they could not be.
    Status take_controls(std::map<std::string, bool> answers);

    // Returns the first answers; empty until the control VMs have been checked once.
    [[nodiscard]] const std::map<std::string, bool>& controls_before() const noexcept {
        return controls_before_;
    }

    // Tells whether this process has looked at the control VMs.
    [[nodiscard]] bool has_looked() const noexcept { return has_looked_; }

    // Returns why the plan stops for how its hosts ended, in this process and earlier ones.
    [[nodiscard]] std::optional<std::string_view> went_bad() const { return rules_.reason(); }

    [[nodiscard]] bool undoes() const noexcept { return direction_ == Direction::undo; }

    Task<Status>
    fix(const Target& target, Session& session, HostDeadline& deadline, const RecordScript& record
    ) override;

    // Says what became of the host. Error: the journal could not be written.
    Status finished(const HostResult& result) override;

    // Returns nothing while no rule asks for a stop, none was ordered, the control VMs answer as
    // before, and the window has room for another host: for as long as 95 of 100 took so far, and
    // not less than the soak and a minute.
    [[nodiscard]] std::optional<std::string_view> stop_reason() const override;

    // Returns how many hosts are at that stage.
    [[nodiscard]] std::size_t count(FixStage stage) const;

private:
    HostFix& fix_of(std::size_t position);
    [[nodiscard]] bool controls_fell() const;

    const Plan& plan_;
    FixServices& services_;
    Direction direction_;
    std::vector<HostRecord> known_; // as of the journal, and of what ended since
    PlanPast past_;                 // of the journal alone
    std::map<std::size_t, std::unique_ptr<HostFix>> fixes_;
    std::map<std::string, std::size_t> wanted_; // of the batch, by target id
    StopRules rules_;
    std::map<std::string, bool> controls_before_, controls_now_;
    bool has_looked_ = false;
    std::vector<std::chrono::milliseconds> took_; // of hosts that were visited
};

} // namespace rdpsweep
