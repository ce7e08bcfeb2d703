// One run, from its first packet to its exit status.
#pragma once

#include "scanner/engine/sweep.hpp"
#include "scanner/run/progress.hpp"
#include "scanner/run/run_kind.hpp"
#include "scanner/run/watch.hpp"

namespace rdpsweep {

class SweepRun {
public:
    // Everything must outlive it and stay where it is.
    SweepRun(RunSetup& setup, RunKind& kind, Speaker& speaker);

    // Visits every target. Error: a failure of ours, and what came of the run is not to be trusted.
    Status sweep();

    // Ends a run that was swept: counts, writes what its kind writes, and returns the exit status.
    // Until this object is gone, signals do not end the process.
    int conclude();

private:
    [[nodiscard]] VisitServices services() const;
    [[nodiscard]] SweepOptions sweep_options();
    SweepEvents events();
    Status finished(const HostResult& host);
    void remember_logins();
    void
    credential_stopped(const std::string& credential, const Breaker& breaker, std::size_t left);

    RunSetup& setup_;
    RunKind& kind_;
    Speaker& speaker_;
    VisitServices visiting_;
    Sweep sweep_;
    Progress progress_;
    Watch watch_;
    std::optional<Error> no_stats_; // why --stats-json could not be written
};

// Sweeps, concludes and returns the exit status.
int carry_out(RunSetup& setup, RunKind& kind, Speaker& speaker);

} // namespace rdpsweep
