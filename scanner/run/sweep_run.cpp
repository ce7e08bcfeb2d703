// The sweep itself, its signals, and how it ends.
#include "scanner/run/sweep_run.hpp"

#include "core/text.hpp"
#include "reports/wording.hpp"
#include "scanner/run/check_lines.hpp"
#include "scanner/run/verdict_status.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"

#include <csignal>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>

namespace rdpsweep {

void SweepRun::on_signal(int number) {
    if (number == SIGUSR1) {
        progress_->print_status();
        return;
    }
    if (signal_ == 0) {
        std::fprintf(
            stderr, "\nrdpsweep: stopping; hosts in flight get 5 s, once more ends them now\n"
        );
    }
    signal_ = number;
    sweep_->stop("interrupted");
}

void SweepRun::watch_signals() {
    signals_->async_wait([this](boost::system::error_code code, int number) {
        if (code) return;
        on_signal(number);
        watch_signals();
    });
}

// Enter on a terminal shows the full status, as SIGUSR1 does. The terminal is opened anew: making
// stdin non-blocking would make stdout so, too, where both are one terminal.
void SweepRun::watch_enter() {
    if (!keyboard_) {
        if (isatty(STDIN_FILENO) != 1) return;
        const int terminal = open("/dev/tty", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (terminal < 0) return;
        keyboard_ = std::make_unique<asio::posix::stream_descriptor>(lane_, terminal);
    }
    keyboard_->async_wait(
        asio::posix::stream_descriptor::wait_read,
        [this](boost::system::error_code code) {
            if (code) return;
            // What is typed while we are in the background is not for us, and reading it would
            // stop the process (SIGTTIN).
            const int terminal = keyboard_->native_handle();
            char typed[256];
            if (tcgetpgrp(terminal) != getpgrp() || read(terminal, typed, sizeof typed) <= 0)
                return;
            progress_->print_status();
            watch_enter();
        }
    );
}

Status SweepRun::finished(const HostResult& host) {
    if (kind_ == VisitKind::fix) {
        fleet_->add(host);
        auto written = fixing_->finished(host);
        // Those in flight come to their end; no other is begun.
        if (fixing_->stop_reason() && !sweep_->stopping()) sweep_->stop("the plan was stopped");
        return written;
    }
    if (kind_ == VisitKind::check) {
        fleet_->add(host);
        std::fputs(check_lines(host).c_str(), stdout);
        std::fflush(stdout);
        return {};
    }
    auto stored = store_->finished(host);
    if (!stored) return stored;
    // On disk first, counted after.
    fleet_->add(host);
    reports_->on_host(host);
    return {};
}

// Said at once, not only in the report: the operator can mend it while the others go on.
void SweepRun::credential_stopped(
    const std::string& credential, const Breaker& breaker, std::size_t left
) {
    const bool stored = kind_ == VisitKind::assess; // there is a run to go on with
    const Message message{
        stored ? "run.credential_stopped" : "check.credential_stopped",
        {{"credential", credential},
         {"hosts", std::to_string(breaker.refusals().size())},
         {"left", grouped(left)},
         {"first", inventory_.targets[*breaker.refusals().begin()].name},
         {"run", run_.id}}};
    run_.warnings.push_back(message);
    progress_->say("rdpsweep: " + printable(Catalogue::english().say(message), 1000));
}

int SweepRun::sweep() {
    const bool assesses = kind_ == VisitKind::assess;
    visiting_ = std::make_unique<VisitServices>(VisitServices{
        .transports = transports_,
        .credentials = *credentials_,
        .audit = audit_,
        .collector = *collector_,
        .run_id = run_.id,
        .retries = options_.retries,
        .kind = kind_,
        .pacer = pacer_.get(),
        .outside = outside_.get(),
        .always_look_outside = assesses && options_.handshake,
        .evidence = assesses && options_.azure_evidence && azure_ ? &azure_->arm() : nullptr,
        .collect_by = options_.collect_by,
        .fixing = fixing_,
    });
    SweepOptions sweep_options;
    sweep_options.admission = admission_rules(inventory_.limits, in_flight_);
    sweep_options.admission.serial = options_.serial_jobs;
    sweep_options.resolver = &resolver_;
    if (options_.deadline) sweep_options.host_deadline = *options_.deadline;
    if (options_.run_deadline) sweep_options.run_deadline = *options_.run_deadline;
    // A fix that was begun is brought to its end, or undone.
    if (fixing_ != nullptr) sweep_options.drain = std::chrono::hours(24);
    SweepEvents events;
    events.started = [this](std::size_t index, const Target& target) {
        if (fixing_ != nullptr) fixing_->started();
        return store_ ? store_->started(index, target.id) : Status();
    };
    events.finished = [this](const HostResult& host) { return finished(host); };
    events.stopped = [this](const auto& credential, const auto& breaker, std::size_t left) {
        credential_stopped(credential, breaker, left);
    };
    sweep_ = std::make_unique<Sweep>(lane_, inventory_.targets, *visiting_, sweep_options, events);
    sweep_->skip(done_);
    sweep_->postpone(refused_before_);
    progress_ = std::make_unique<Progress>(
        lane_,
        fleet_->totals(),
        Progress::Options{options_.talk.quiet || kind_ != VisitKind::assess, options_.stats_json}
    );
    signals_ = std::make_unique<asio::signal_set>(lane_, SIGINT, SIGTERM, SIGUSR1);
    watch_signals();
    watch_enter();
    progress_->start(*sweep_);
    auto swept = sweep_->run();
    progress_->stop();
    keyboard_.reset();
    if (swept) return exit_ok;
    return complain(swept.error(), exit_failed);
}

int SweepRun::conclude() {
    run_.finished = std::time(nullptr);
    if (const auto kept = trust_->flush(); !kept) complain(kept.error(), exit_failed);
    run_.interrupted = sweep_->stopping();
    const auto& totals = fleet_->totals();
    if (!totals.balanced()) {
        std::fprintf(
            stderr, "rdpsweep: the totals do not add up to the inventory; please report this\n"
        );
    }
    Status written;
    if (kind_ == VisitKind::assess) {
        written = store_->close(run_, totals);
        store_.reset();
        auto stored = StoredRun::open(options_.state_dir, run_.id);
        if (written && stored) written = reports_->finish(fleet_->report(run_), *stored);
        if (!stored && written) written = std::move(stored).error();
        if (!options_.talk.quiet) {
            std::fprintf(
                stderr, "run %s is stored in %s/runs\n", run_.id.c_str(), options_.state_dir.c_str()
            );
        }
    }
    if (!totals.balanced()) return exit_accounting;
    if (!written) return complain(written.error(), exit_failed);
    if (signal_ == SIGINT) return exit_interrupted;
    if (signal_ == SIGTERM) return exit_terminated;
    if (kind_ == VisitKind::fix) return exit_ok; // the driver knows
    return verdict_status(totals, options_.fail_on, options_.max_unassessed);
}

} // namespace rdpsweep
