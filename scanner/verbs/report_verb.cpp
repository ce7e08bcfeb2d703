// report RUN: a stored run, rendered again in any format, without touching a host.
#include "reports/messages/catalogue.hpp"
#include "scanner/cli/binders.hpp"
#include "scanner/cli/run_grammar.hpp"
#include "scanner/run/report_output.hpp"
#include "scanner/run/verdict_status.hpp"
#include "scanner/store/fleet.hpp"
#include "scanner/store/run_store.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/verbs.hpp"

namespace rdpsweep {

cli::Options report_options(StoredReportOptions& asked, const CliNames& names) {
    using namespace cli;
    // A row an option.
    // clang-format off
    Options options{
        {"RUN", "TEXT", "a run's id, the start of an id, last, or last:NAME", word(asked.run), group::word},
        report_option(asked.reports, names, group::talk),
    };
    // clang-format on
    // A report that a scan leaves every night is not replaced by one that somebody looks at.
    options.back().preset = Preset::never;
    append(options, gate_options({asked.fail_on, asked.max_unassessed}, group::talk));
    options.push_back(state_option(asked.state_dir, group::talk));
    return options;
}

int run_report(const StoredReportOptions& options) {
    auto stored = StoredRun::open(options.state_dir, options.run);
    if (!stored) return complain(stored.error(), exit_usage);
    auto requests = options.reports;
    if (requests.empty()) requests.push_back({"text", "-"});
    const auto& messages = Catalogue::built_in(options.talk.lang);
    const ReportedRun reported{stored->run().id, stored->run().started, true};
    auto outputs = ReportOutputs::open(requests, options.talk, messages, reported);
    if (!outputs) return complain(outputs.error(), exit_usage);
    outputs->wait_for_readers([] { return Writer::Duration::max(); }); // nobody else waits
    FleetBuilder fleet(stored->run().targets);
    auto read = stored->for_each([&](const HostResult& host) {
        fleet.add(host);
        outputs->on_host(host);
    });
    if (!read) return complain(read.error(), exit_failed);
    // A run that was killed could not say what it had not come to.
    fleet.add_missing();
    if (stored->damaged() > 0) {
        write_err(
            "rdpsweep: " + printable(stored->damaged()) +
            " damaged records of that run could not be read\n"
        );
    }
    auto run = stored->run();
    if (!stored->ended()) {
        run.interrupted = true;
        run.warnings.push_back({"run.unfinished", {}});
    }
    const auto failures = outputs->finish(fleet.report(std::move(run)), *stored);
    for (const auto& failure : failures)
        complain(failure, exit_failed);
    if (!failures.empty()) return exit_failed;
    if (!fleet.totals().balanced()) return exit_accounting;
    return verdict_status(fleet.totals(), options.fail_on, options.max_unassessed);
}

} // namespace rdpsweep
