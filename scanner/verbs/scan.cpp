// The verbs scan and check.
#include "core/log.hpp"
#include "core/secret.hpp"
#include "scanner/run/sweep_run.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/verbs.hpp"

#include <csignal>

namespace rdpsweep {

namespace {

int open_talk(const TalkOptions& talk) {
    const auto level = talk.verbose > 0 ? LogLevel::debug : talk.log_level;
    const auto path = talk.log_file.empty() && talk.verbose > 1 ? "-" : talk.log_file;
    if (path.empty() || open_log(path, level)) return exit_ok;
    write_err("rdpsweep: cannot open the log file " + path + "\n");
    return exit_usage;
}

int run_sweep(const ScanOptions& options, VisitKind kind) {
    forbid_core_dumps();
    // Asking for a status when there is none yet (or none any more) must not end the run. From the
    // sweep on, signals are caught until the last report is written.
    std::signal(SIGUSR1, SIG_IGN);
    if (const int status = open_talk(options.talk); status != exit_ok) return status;
    SweepRun run(options, kind);
    if (const int status = run.prepare(); status != exit_ok) return status;
    if (const int status = run.sweep(); status != exit_ok) return status;
    return run.conclude();
}

} // namespace

int run_scan(const ScanOptions& options) {
    return run_sweep(options, VisitKind::assess);
}

int run_check(const ScanOptions& options) {
    return run_sweep(options, VisitKind::check);
}

} // namespace rdpsweep
