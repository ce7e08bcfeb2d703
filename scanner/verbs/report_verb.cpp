// report RUN: a stored run, rendered again in any format, without touching a host.
#include "reports/messages/catalogue.hpp"
#include "scanner/cli/binders.hpp"
#include "scanner/cli/run_grammar.hpp"
#include "scanner/run/compare_runs.hpp"
#include "scanner/run/report_output.hpp"
#include "scanner/run/verdict_status.hpp"
#include "scanner/store/fleet.hpp"
#include "scanner/store/run_store.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/step.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/damage.hpp"
#include "scanner/verbs/verbs.hpp"

namespace rdpsweep {

cli::Options report_options(StoredReportOptions& asked, const CliNames& names) {
    using namespace cli;
    auto reports = report_option(asked.reports, names, group::talk);
    // A report that a scan leaves every night is not replaced by one that somebody looks at.
    reports.preset = Preset::never;
    // A row an option.
    // clang-format off
    Options options{
        {"RUN", "TEXT", "a run's id, the start of an id, last, or last:NAME", word(asked.run), group::word},
        std::move(reports),
        {"--baseline", "RUN", "also say what changed since RUN: as above, or the NAME of runs before this one", text(asked.baseline), group::talk},
        {"--since-last", "", "also say what changed since the complete run before it", flag(asked.since_last), group::talk},
    };
    // clang-format on
    append(
        options,
        gate_options({asked.fail_on, asked.max_unassessed, &asked.fail_on_change}, group::talk)
    );
    options.push_back(state_option(asked.state_dir, group::talk));
    return options;
}

std::string wrong_report(const StoredReportOptions& options) {
    const bool compares = options.since_last || !options.baseline.empty();
    if (options.since_last && !options.baseline.empty())
        return "--since-last is a baseline: give that or --baseline";
    if (options.fail_on_change && !compares)
        return "--fail-on new, worse and unassessable need --since-last or --baseline";
    return {};
}

namespace {

// Compares the run with its baseline; nothing where none was asked for.
Step<std::optional<Difference>> changes_of(const StoredReportOptions& options, StoredRun& run) {
    if (!options.since_last && options.baseline.empty()) return std::optional<Difference>();
    auto before = open_baseline(options.state_dir, options.baseline, run);
    if (!before) return EarlyEnd(before.error(), exit_usage);
    auto difference = compare_runs(options.state_dir, *before, run);
    if (!difference) return EarlyEnd(difference.error(), exit_failed);
    return std::optional<Difference>(*std::move(difference));
}

int status_of(
    const StoredReportOptions& options,
    const Totals& totals,
    const std::optional<Difference>& difference
) {
    if (!totals.balanced() || (difference && !difference->balanced())) return exit_accounting;
    const auto most = options.max_unassessed;
    if (difference && options.fail_on_change)
        return change_status(*difference, totals, *options.fail_on_change, most);
    return verdict_status(totals, options.fail_on, most);
}

} // namespace

int run_report(const StoredReportOptions& options) {
    auto stored = StoredRun::open(options.state_dir, options.run);
    if (!stored) return complain(stored.error(), exit_usage);
    auto changes = changes_of(options, *stored);
    if (!changes) {
        write_err(changes.end().text);
        return changes.end().status;
    }
    const auto& difference = *changes;
    auto requests = options.reports;
    if (requests.empty()) requests.push_back({"text", "-"});
    const auto& messages = Catalogue::built_in(options.talk.lang);
    const ReportedRun reported{stored->run().id, stored->run().started, true};
    auto outputs = ReportOutputs::open(requests, options.talk, messages, reported);
    if (!outputs) return complain(outputs.error(), exit_usage);
    outputs->wait_for_readers([] { return Writer::Duration::max(); }); // nobody else waits
    if (difference) outputs->on_baseline(*difference);
    FleetBuilder fleet(stored->run().targets);
    auto read = stored->for_each([&](const HostResult& host) {
        fleet.add(host);
        outputs->on_host(host);
    });
    if (!read) return complain(read.error(), exit_failed);
    // A run that was killed could not say what it had not come to.
    fleet.add_missing();
    tell_of_damage(*stored);
    auto run = stored->run();
    if (!stored->ended()) {
        run.interrupted = true;
        run.warnings.push_back({"run.unfinished", {}});
    }
    const auto failures = outputs->finish(fleet.report(std::move(run)), *stored);
    for (const auto& failure : failures)
        complain(failure, exit_failed);
    if (!failures.empty()) return exit_failed;
    return status_of(options, fleet.totals(), difference);
}

} // namespace rdpsweep
