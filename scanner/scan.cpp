// scan and check: resolve the targets, sweep them, store, report, and tell the shell.
#include "core/fd_limit.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "probes/collect/collector.hpp"
#include "reports/messages/catalogue.hpp"
#include "scanner/cli/names.hpp"
#include "scanner/cli/scope.hpp"
#include "scanner/cli/talk.hpp"
#include "scanner/cli/verbs.hpp"
#include "scanner/exit_status.hpp"
#include "scanner/fleet.hpp"
#include "scanner/progress.hpp"
#include "scanner/report_output.hpp"
#include "scanner/run_store.hpp"
#include "scanner/sweep.hpp"
#include "scanner/trust_store.hpp"
#include "scanner/verdict_status.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <set>
#include <unistd.h>

namespace rdpsweep {

namespace {

void complain(const Error& error, std::string_view host = {}) {
    write_err(to_text(error, host));
}

// Everything a sweep holds on to, in the order in which it must be destroyed (last made, first).
class SweepRun {
public:
    SweepRun(ScanOptions options, VisitKind kind) : options_(std::move(options)), kind_(kind) {}

    // Reads, resolves and opens everything that can fail before the first packet. 0, or the exit
    // status to end with.
    int prepare();

    // The sweep itself. 0, or the exit status of a failure of ours.
    int sweep();

    // Reports and the final exit status.
    int conclude();

private:
    int recall_options();
    int load_targets();
    int resolve_credentials();
    int open_run();
    int resume(std::vector<bool>& done);
    int make_transports();
    void describe_run();
    void watch_signals();
    void on_signal(int number);
    Status finished(const HostResult& host);
    void print_check(const HostResult& host) const;

    ScanOptions options_;
    VisitKind kind_;
    Inventory inventory_;
    std::unique_ptr<CredentialStore> credentials_;
    std::optional<FileTrustStore> trust_;
    AuditLog audit_;
    RunInfo run_;
    std::unique_ptr<RunStore> store_;
    std::optional<ReportOutputs> reports_;
    std::unique_ptr<FleetBuilder> fleet_;
    std::vector<bool> done_;
    std::size_t in_flight_ = 1;

    asio::io_context lane_{1};
    Resolver resolver_;
    std::unique_ptr<Pacer> pacer_;
    std::unique_ptr<Services> services_;
    std::map<std::string, std::unique_ptr<Transport>, std::less<>> transports_;
    std::unique_ptr<Script> collector_;
    std::unique_ptr<asio::signal_set> signals_;
    std::unique_ptr<Sweep> sweep_;
    std::unique_ptr<Progress> progress_;
    int signal_ = 0;
};

int SweepRun::prepare() {
    for (const auto step : {&SweepRun::recall_options, &SweepRun::load_targets}) {
        if (const int status = (this->*step)(); status != exit_ok) return status;
    }
    const auto limit = raise_fd_limit(options_.jobs);
    in_flight_ = limit.in_flight;
    describe_run();
    if (limit.lowered) {
        run_.warnings.push_back(
            {"run.jobs_lowered",
             {{"asked", std::to_string(options_.jobs)},
              {"got", std::to_string(in_flight_)},
              {"descriptors", std::to_string(limit.descriptors)}}}
        );
        std::fprintf(
            stderr,
            "rdpsweep: --jobs lowered to %zu: the limit is %zu open files (ulimit -n)\n",
            in_flight_,
            limit.descriptors
        );
    }
    for (const auto step :
         {&SweepRun::resolve_credentials, &SweepRun::make_transports, &SweepRun::open_run}) {
        if (const int status = (this->*step)(); status != exit_ok) return status;
    }
    return exit_ok;
}

// --resume RUN alone means: as the run was begun, with today's reports.
int SweepRun::recall_options() {
    const bool scope_given = !options_.scope.inventories.empty() || !options_.scope.targets.empty();
    if (options_.resume.empty() || scope_given) return exit_ok;
    auto stored = StoredRun::open(options_.state_dir, options_.resume);
    if (!stored) {
        complain(stored.error());
        return exit_usage;
    }
    auto begun = parse_command_line(stored->run().args, cli_names());
    if (begun.exit) {
        write_err("rdpsweep: the command line of that run cannot be read; give its -i again\n");
        return exit_usage;
    }
    begun.scan.resume = options_.resume;
    begun.scan.state_dir = options_.state_dir;
    begun.scan.talk = options_.talk;
    if (!options_.reports.empty()) begun.scan.reports = options_.reports;
    options_ = std::move(begun.scan);
    return exit_ok;
}

int SweepRun::load_targets() {
    auto loaded = load_scope(options_.scope);
    if (!loaded) return exit_usage; // it has said why
    inventory_ = std::move(*loaded);
    if (!inventory_.targets.empty() || options_.scope.allow_empty) return exit_ok;
    std::fprintf(
        stderr,
        "rdpsweep: the scope holds no target\n"
        "  see what it resolves to with `rdpsweep targets`; --allow-empty accepts it\n"
    );
    return exit_no_targets;
}

void SweepRun::describe_run() {
    run_.started = std::time(nullptr);
    run_.id = new_run_id(run_.started);
    run_.version = RDPSWEEP_VERSION;
    run_.args = options_.args;
    run_.targets = inventory_.targets.size();
    collector_ =
        std::make_unique<Script>("collector.ps1", collector_script(), Script::Effect::read_only);
    run_.collector_sha256 = collector_->sha256();
    if (options_.insecure) run_.warnings.push_back({"run.insecure", {}});
    if (!options_.channel_bindings) run_.warnings.push_back({"run.no_cbt", {}});
    if (options_.legacy_tls) run_.warnings.push_back({"run.legacy_tls", {}});
}

// All secrets are fetched before the first packet: a vault that says no ends the run here, and
// nothing on the event loop ever waits for one.
int SweepRun::resolve_credentials() {
    credentials_ = std::make_unique<CredentialStore>(inventory_.credentials);
    std::set<std::string> wanted;
    for (const auto& target : inventory_.targets)
        wanted.insert(target.credential);
    for (const auto& name : wanted) {
        const auto credential = credentials_->get(name);
        if (credential) continue;
        complain(credential.error());
        return exit_usage;
    }
    return exit_ok;
}

int SweepRun::make_transports() {
    auto trust = FileTrustStore::open(options_.state_dir + "/trust");
    if (!trust) {
        complain(trust.error());
        return exit_usage;
    }
    trust_.emplace(std::move(*trust));
    pacer_ = std::make_unique<Pacer>(options_.connect_rate, options_.connect_rate / 10);
    services_ = std::make_unique<Services>(Services{
        resolver_,
        *pacer_,
        TrustPolicy{options_.ca_file, &*trust_, options_.pin_on_first_use, options_.insecure},
        options_.connect_timeout,
        options_.step_timeout,
        options_.quota_delay,
        options_.channel_bindings,
        options_.legacy_tls,
    });
    for (const auto& kind : all_transports()) {
        auto transport = kind.make(*services_);
        if (!transport) {
            complain(transport.error());
            return exit_usage;
        }
        transports_.emplace(kind.name, std::move(*transport));
    }
    auto audit = AuditLog::open(options_.audit_file);
    if (!audit) {
        complain(audit.error());
        return exit_usage;
    }
    audit_ = std::move(*audit);
    return exit_ok;
}

int SweepRun::open_run() {
    done_.assign(inventory_.targets.size(), false);
    fleet_ = std::make_unique<FleetBuilder>(inventory_.targets.size());
    if (kind_ == VisitKind::check) return exit_ok;
    const auto& english = Catalogue::english();
    if (!options_.resume.empty()) {
        if (const int status = resume(done_); status != exit_ok) return status;
    }
    auto requests = options_.reports;
    if (requests.empty()) requests.push_back({"text", "-"});
    auto reports = ReportOutputs::open(requests, options_.talk, english, run_.id);
    if (!reports) {
        complain(reports.error());
        return exit_usage;
    }
    reports_.emplace(std::move(*reports));
    const auto say = [&english](const Message& message) { return english.say(message); };
    auto store = options_.resume.empty() ? RunStore::create(options_.state_dir, run_, say)
                                         : RunStore::reopen(options_.state_dir, run_.id, run_, say);
    if (!store) {
        complain(store.error());
        return exit_failed;
    }
    store_ = std::move(*store);
    return exit_ok;
}

// The hosts that the earlier run assessed stay as they are stored; the others are visited again.
int SweepRun::resume(std::vector<bool>& done) {
    auto stored = StoredRun::open(options_.state_dir, options_.resume);
    if (!stored) {
        complain(stored.error());
        return exit_usage;
    }
    bool same_inventory = true;
    auto read = stored->for_each([&](const HostResult& host) {
        const bool known = host.index < inventory_.targets.size() &&
                           inventory_.targets[host.index].id == host.target.id;
        same_inventory = same_inventory && known;
        if (!known || host.outcome != Outcome::assessed) return;
        done[host.index] = true;
        fleet_->add(host);
    });
    if (!read) {
        complain(read.error());
        return exit_failed;
    }
    if (!same_inventory) {
        std::fprintf(
            stderr,
            "rdpsweep: the inventory is not the one run %s began with\n"
            "  resume with the same inventory and filters, or start a new run\n",
            stored->run().id.c_str()
        );
        return exit_usage;
    }
    const auto warnings = run_.warnings;
    run_ = stored->run();
    run_.interrupted = false;
    for (const auto& warning : warnings) {
        if (std::find(run_.warnings.begin(), run_.warnings.end(), warning) == run_.warnings.end()) {
            run_.warnings.push_back(warning);
        }
    }
    return exit_ok;
}

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

Status SweepRun::finished(const HostResult& host) {
    if (kind_ == VisitKind::check) {
        fleet_->add(host);
        print_check(host);
        return {};
    }
    auto stored = store_->finished(host);
    if (!stored) return stored;
    // On disk first, counted after.
    fleet_->add(host);
    reports_->on_host(host);
    return {};
}

int SweepRun::sweep() {
    VisitServices services{
        transports_,
        *credentials_,
        audit_,
        *collector_,
        std::string(R"({"profile":"full","handshake":)") + (options_.handshake ? "true" : "false") +
            R"(,"event_hours":24})",
        Policy(),
        run_.id,
        options_.retries,
        kind_,
    };
    SweepOptions sweep_options;
    sweep_options.in_flight = in_flight_;
    if (options_.deadline) sweep_options.host_deadline = *options_.deadline;
    if (options_.run_deadline) sweep_options.run_deadline = *options_.run_deadline;
    SweepEvents events;
    events.started = [this](std::size_t index, const Target& target) {
        return store_ ? store_->started(index, target.id) : Status();
    };
    events.finished = [this](const HostResult& host) { return finished(host); };
    sweep_ = std::make_unique<Sweep>(lane_, inventory_.targets, services, sweep_options, events);
    sweep_->skip(done_);
    progress_ = std::make_unique<Progress>(
        lane_,
        fleet_->totals(),
        Progress::Options{
            options_.talk.quiet || kind_ == VisitKind::check, options_.stats_json, in_flight_}
    );
    signals_ = std::make_unique<asio::signal_set>(lane_, SIGINT, SIGTERM, SIGUSR1);
    watch_signals();
    progress_->start(*sweep_);
    auto swept = sweep_->run();
    progress_->stop();
    signals_.reset();
    if (swept) return exit_ok;
    complain(swept.error());
    return exit_failed;
}

int SweepRun::conclude() {
    run_.finished = std::time(nullptr);
    if (const auto kept = trust_->flush(); !kept) complain(kept.error());
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
    if (!written) {
        complain(written.error());
        return exit_failed;
    }
    if (signal_ == SIGINT) return exit_interrupted;
    if (signal_ == SIGTERM) return exit_terminated;
    return verdict_status(totals, options_.fail_on, options_.max_unassessed);
}

void SweepRun::print_check(const HostResult& host) const {
    const auto name = printable(host.target.name, 60);
    for (const auto& attempt : host.attempts) {
        std::string times;
        for (const auto& [phase, took] : attempt.rungs) {
            times += " " + std::string(rung(phase)) + " " + std::to_string(took.count()) + " ms";
        }
        if (!attempt.error) {
            std::printf(
                "%-30s ok      %s as %s %s\n",
                name.c_str(),
                attempt.transport.c_str(),
                printable(attempt.identity, 80).c_str(),
                times.c_str()
            );
            continue;
        }
        std::printf(
            "%-30s %-7s %s: %s%s\n",
            name.c_str(),
            std::string(rung(attempt.error->phase())).c_str(),
            attempt.transport.c_str(),
            printable(attempt.error->detail(), 300).c_str(),
            times.c_str()
        );
        if (!attempt.error->native().empty() || !attempt.error->hint().empty()) {
            std::printf(
                "%-30s         %s  %s\n",
                "",
                printable(attempt.error->native(), 120).c_str(),
                printable(attempt.error->hint(), 240).c_str()
            );
        }
    }
    if (host.attempts.empty()) {
        std::printf(
            "%-30s %-7s %s\n",
            name.c_str(),
            std::string(to_string(host.outcome)).c_str(),
            host.reason.c_str()
        );
    }
    std::fflush(stdout);
}

int run_session(const ScanOptions& options, VisitKind kind) {
    forbid_core_dumps();
    const auto& talk = options.talk;
    const auto level = talk.verbose > 0 ? LogLevel::debug : talk.log_level;
    const auto log_file = talk.log_file.empty() && talk.verbose > 1 ? "-" : talk.log_file;
    if (!log_file.empty() && !open_log(log_file, level)) {
        std::fprintf(stderr, "rdpsweep: cannot open the log file %s\n", log_file.c_str());
        return exit_usage;
    }
    SweepRun session(options, kind);
    if (const int status = session.prepare(); status != exit_ok) return status;
    if (const int status = session.sweep(); status != exit_ok) return status;
    return session.conclude();
}

} // namespace

int run_scan(const ScanOptions& options) {
    return run_session(options, VisitKind::assess);
}

int run_check(const ScanOptions& options) {
    return run_session(options, VisitKind::check);
}

} // namespace rdpsweep
