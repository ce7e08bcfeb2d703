// A plan under way: its batches one after the other, and what is between them.
#pragma once

#include "scanner/fix/driver.hpp"
#include "scanner/options/fix_options.hpp"
#include "scanner/options/scan_options.hpp"
#include "scanner/talk/speaker.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

struct RunSetup;

// Tells whether a plan waits for a person after the batch of that number, from 0.
bool pauses_after(FixApproval approve, std::size_t number, std::size_t canaries) noexcept;

class Application {
public:
    // scan: how the hosts are reached. Everything else must outlive it.
    Application(
        const Plan& plan, const FixApplyOptions& options, ScanOptions scan, Journal journal
    );

    // Applies the plan and returns the exit status. only_begun: starts no host that was not begun
    // before.
    int apply(bool only_begun);

    // Undoes everything that was changed, and returns the exit status.
    int undo();

private:
    int apply_batches(bool only_begun);
    int undo_all();
    int told(int status);
    int stop(const FixDriver& driver, std::string_view reason);
    bool anything_left(const FixDriver& driver, std::size_t number, bool only_begun) const;
    int visit(FixDriver& driver);
    int visit_guarded(FixDriver& driver, RunSetup& setup);
    Status look_at(const std::vector<Target>& controls, FixDriver& driver, RunSetup& setup);
    std::vector<Target> controls_of(const FixDriver& driver, const RunSetup& setup) const;

    const Plan& plan_;
    const FixApplyOptions& options_;
    std::optional<MaintenanceWindow> window_;
    ScanOptions scan_;
    Journal journal_;
    Collector collector_;
    Script changer_;
    FixServices services_;
    Speaker speaker_;
    TerminalWriter out_; // what becomes of each host
};

} // namespace rdpsweep
