// Everything of a run that can fail before the first packet, made in one go.
#pragma once

#include "scanner/engine/fixing.hpp"
#include "scanner/run/ways.hpp"
#include "scanner/store/fleet.hpp"
#include "scanner/store/let_in.hpp"
#include "scanner/store/run_document.hpp"
#include "scanner/talk/speaker.hpp"

#include <memory>
#include <vector>

namespace rdpsweep {

// What a run begins with. A SweepRun refers to it: it must stay where it is as long as that lives.
struct RunSetup {
    explicit RunSetup(ScanOptions recalled)
        : options(std::move(recalled)), collector(built_in_collector(options.handshake)) {}

    ScanOptions options;          // as --resume and --rerun recalled them
    Inventory inventory;          // its targets are those of the run
    std::vector<Target> left_out; // of a fix: the inventory's other targets
    RunInfo run;
    RunExtras extras;                 // what a scan stores besides
    std::size_t in_flight = 1;        // hosts at work at once
    std::size_t descriptors_left = 0; // for hosts on the way to their work
    Collector collector;
    std::unique_ptr<Ways> ways;
    AuditLog audit;
    FleetBuilder fleet{0};       // whose totals count what became of the targets
    std::vector<bool> done;      // [i]: target i was assessed by the run that is resumed
    std::vector<bool> postponed; // [i]: it refused us then, and is visited last
    LetIn let_in;                // the hosts that accepted their credential before
};

// Reads the scope, fetches secrets and makes every transport. fixing: the plan to carry out, which
// chooses the targets; null: scan or check.
Step<RunSetup> set_up(const ScanOptions& asked, Fixing* fixing, Speaker& speaker);

// Says what is about to be touched, counted, before the first packet.
void announce(const RunSetup& setup, Speaker& speaker);

} // namespace rdpsweep
