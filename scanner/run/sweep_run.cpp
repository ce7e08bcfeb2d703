// The sweep of a run, and how it ends.
#include "scanner/run/sweep_run.hpp"

#include "core/text.hpp"
#include "reports/messages/catalogue.hpp"
#include "reports/wording.hpp"
#include "scanner/run/visiting_order.hpp"

#include <csignal>
#include <ctime>

namespace rdpsweep {

SweepRun::SweepRun(RunSetup& setup, RunKind& kind, Speaker& speaker)
    : setup_(setup), kind_(kind), speaker_(speaker), visiting_(services()),
      sweep_(setup.ways->lane(), setup.inventory.targets, visiting_, sweep_options()),
      progress_(
          setup.ways->lane(),
          setup.fleet.totals(),
          speaker,
          {!kind.traits().shows_progress, setup.options.stats_json}
      ),
      watch_(
          setup.ways->lane(),
          {[this] { progress_.print_status(); },
           [this](bool first) {
               if (first)
                   speaker_.say_below(
                       "rdpsweep: stopping; hosts in flight get 5 s, once more ends them now\n"
                   );
               speaker_.hurry();
               sweep_.stop("interrupted");
           }}
      ) {
    sweep_.skip(setup.done);
    if (!kind.traits().any_order) return;
    std::mt19937 random{std::random_device{}()};
    sweep_.visit_in(visiting_order(setup.inventory.targets, setup.postponed, setup.let_in, random));
}

VisitServices SweepRun::services() const {
    auto& ways = *setup_.ways;
    const auto& options = setup_.options;
    const auto traits = kind_.traits();
    return {
        .transports = ways.transports(),
        .credentials = ways.credentials(),
        .audit = setup_.audit,
        .collector = setup_.collector,
        .run_id = setup_.run.id,
        .retries = options.retries,
        .kind = traits.visits,
        .pacer = &ways.pacer(),
        .outside = &ways.outside(),
        .always_look_outside = traits.looks_outside,
        .evidence = traits.gathers_evidence ? ways.arm() : nullptr,
        .collect_by = options.collect_by,
        .fixing = traits.fixing,
    };
}

SweepOptions SweepRun::sweep_options() {
    const auto& options = setup_.options;
    SweepOptions sweep;
    // Of a batch of a fix, no host is begun before there is a place for it.
    const bool fixes = kind_.traits().visits == VisitKind::fix;
    sweep.admission = admission_rules(
        setup_.inventory.limits, setup_.in_flight, fixes ? 0 : setup_.descriptors_left
    );
    sweep.admission.serial = options.serial_jobs;
    sweep.resolver = &setup_.ways->resolver();
    if (options.deadline) sweep.host_deadline = *options.deadline;
    if (options.run_deadline) sweep.run_deadline = *options.run_deadline;
    sweep.drain = kind_.traits().drain;
    sweep.events = events();
    return sweep;
}

SweepEvents SweepRun::events() {
    SweepEvents events;
    events.started = [this](std::size_t index, const Target& target) {
        return kind_.started(index, target);
    };
    events.finished = [this](const HostResult& host) { return finished(host); };
    events.stopped = [this](const auto& credential, const auto& breaker, std::size_t left) {
        credential_stopped(credential, breaker, left);
    };
    events.may_begin = [this] { return kind_.may_begin(); };
    return events;
}

Status SweepRun::finished(const HostResult& host) {
    auto kept = kind_.finished(host);
    if (kept) setup_.fleet.add(host);
    if (sweep_.stopping()) return kept;
    auto why = kind_.why_no_more();
    if (!why.empty()) sweep_.stop(std::move(why));
    return kept;
}

// Says it at once, not only in the report: the operator can mend it while the others go on.
void SweepRun::credential_stopped(
    const std::string& credential, const Breaker& breaker, std::size_t left
) {
    const auto& first = setup_.inventory.targets[*breaker.refusals().begin()];
    const Message message{
        std::string(kind_.traits().credential_stopped),
        {{"credential", credential},
         {"hosts", std::to_string(breaker.refusals().size())},
         {"left", grouped(left)},
         {"first", first.name},
         {"run", setup_.run.id}}};
    setup_.run.warnings.push_back(message);
    speaker_.say("rdpsweep: " + printable(Catalogue::english().say(message), 1000) + "\n");
}

// Nothing that is said in here waits for its reader: hosts would wait as well.
Status SweepRun::sweep() {
    watch_.begin();
    speaker_.run_ahead();
    if (const auto& most = setup_.options.run_deadline) speaker_.end_by(Clock::now() + *most);
    progress_.start(sweep_);
    auto swept = sweep_.run();
    if (sweep_.stopping()) speaker_.hurry();
    no_stats_ = progress_.stop();
    speaker_.catch_up();
    watch_.leave_terminal();
    remember_logins();
    return swept;
}

void SweepRun::remember_logins() {
    const auto& targets = setup_.inventory.targets;
    for (std::size_t index = 0; index < targets.size(); ++index) {
        const auto& answers = sweep_.answers_to(targets[index].credential);
        if (answers.welcomes().contains(index)) setup_.let_in.accepted(targets[index]);
        if (answers.refusals().contains(index)) setup_.let_in.refused(targets[index]);
    }
}

int SweepRun::conclude() {
    auto& run = setup_.run;
    run.finished = std::time(nullptr);
    run.interrupted = sweep_.stopping();
    const bool balanced = setup_.fleet.totals().balanced();
    if (!balanced)
        speaker_.say("rdpsweep: the totals do not add up to the inventory; please report this\n");
    const auto written = kind_.close(speaker_);
    if (!balanced) return exit_accounting;
    if (no_stats_) speaker_.fail(*no_stats_, exit_failed);
    if (!written) return speaker_.fail(written.error(), exit_failed);
    if (no_stats_) return exit_failed;
    if (watch_.signal() == SIGINT) return exit_interrupted;
    if (watch_.signal() == SIGTERM) return exit_terminated;
    return kind_.status();
}

int carry_out(RunSetup& setup, RunKind& kind, Speaker& speaker) {
    SweepRun run(setup, kind, speaker);
    if (const auto swept = run.sweep(); !swept) return speaker.fail(swept.error(), exit_failed);
    return run.conclude();
}

} // namespace rdpsweep
