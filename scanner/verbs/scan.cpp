// The verbs scan and check.
#include "core/log.hpp"
#include "core/secret.hpp"
#include "scanner/run/check_run.hpp"
#include "scanner/run/scan_run.hpp"
#include "scanner/run/snapshot_leftovers.hpp"
#include "scanner/run/sweep_run.hpp"
#include "scanner/verbs/verbs.hpp"

#include <csignal>

namespace rdpsweep {

namespace {

Step<void> open_talk(const TalkOptions& talk) {
    const auto level = talk.verbose > 0 ? LogLevel::debug : talk.log_level;
    const auto path = talk.log_file.empty() && talk.verbose > 1 ? "-" : talk.log_file;
    if (path.empty() || open_log(path, level)) return {};
    return EarlyEnd(
        "rdpsweep: cannot open the log file " + printable(path, 1000) + "\n", exit_usage
    );
}

Step<RunSetup> begin(const ScanOptions& options, Speaker& speaker) {
    forbid_core_dumps();
    // Asking for a status when there is none yet (or none any more) must not end the run. From the
    // sweep on, signals are caught until the last report is written.
    std::signal(SIGUSR1, SIG_IGN);
    auto opened = open_talk(options.talk);
    if (!opened) return std::move(opened).end();
    return set_up(options, nullptr, speaker);
}

} // namespace

int run_scan(const ScanOptions& options) {
    Speaker speaker(options.talk.quiet);
    auto setup = begin(options, speaker);
    if (!setup) return speaker.leave(setup.end());
    auto scan = ScanRun::open(*setup);
    if (!scan) return speaker.leave(scan.end());
    auto snapshots = begin_snapshots(*setup, speaker);
    if (!snapshots) return speaker.leave(std::move(snapshots).end());
    announce(*setup, speaker);
    const auto status = carry_out(*setup, **scan, speaker);
    tell_snapshots_left(*setup, speaker);
    return status;
}

int run_check(const ScanOptions& options) {
    Speaker speaker(options.talk.quiet);
    auto setup = begin(options, speaker);
    if (!setup) return speaker.leave(setup.end());
    CheckRun check(*setup);
    announce(*setup, speaker);
    return carry_out(*setup, check, speaker);
}

} // namespace rdpsweep
