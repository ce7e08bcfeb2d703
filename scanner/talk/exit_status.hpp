// What the shell learns from us; scripts and nightly jobs depend on these numbers.
#pragma once

namespace rdpsweep {

enum ExitStatus : int {
    exit_ok = 0,                   // all assessed, nothing at or above --fail-on
    exit_failed = 1,               // rdpsweep itself failed: store, I/O, bug
    exit_usage = 2,                // usage or configuration; nothing was attempted
    exit_no_targets = 3,           // the scope holds no target
    exit_findings = 10,            // all assessed, findings present
    exit_incomplete = 11,          // no finding, but some target was not assessed
    exit_findings_incomplete = 12, // both; neither masks the other
    exit_fix_stopped = 21,         // a fix was stopped by a guard
    exit_fix_undone = 22,          // a fix did not help somewhere and was rolled back
    exit_fix_page = 23,            // a rollback failed: page a human
    exit_accounting = 70,          // the totals do not add up to the inventory
    exit_interrupted = 130,        // SIGINT; the run is stored and can be resumed
    exit_terminated = 143,         // SIGTERM; likewise
};

} // namespace rdpsweep
