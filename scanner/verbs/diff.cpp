// diff [A] B: what changed between two stored runs, without touching a host.
#include "core/text.hpp"
#include "reports/changes/diff_reports.hpp"
#include "reports/messages/catalogue.hpp"
#include "scanner/cli/binders.hpp"
#include "scanner/cli/run_grammar.hpp"
#include "scanner/run/compare_runs.hpp"
#include "scanner/run/report_output.hpp"
#include "scanner/run/verdict_status.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/damage.hpp"
#include "scanner/verbs/verbs.hpp"

namespace rdpsweep {

namespace {

struct Two {
    StoredRun before;
    StoredRun after;
};

// Opens what is compared: A and B as every verb finds runs, or B and the run before it.
Result<Two> open_both(const DiffOptions& options) {
    const bool both = options.runs.size() == 2;
    auto after = both ? StoredRun::open(options.state_dir, options.runs.back())
                      : open_comparable(options.state_dir, options.runs.front());
    if (!after) return std::move(after).error();
    auto before = both ? StoredRun::open(options.state_dir, options.runs.front())
                       : open_baseline(options.state_dir, "", *after);
    if (!before) return std::move(before).error();
    return Two{*std::move(before), *std::move(after)};
}

std::vector<std::pair<std::string, std::string>> known_formats() {
    std::vector<std::pair<std::string, std::string>> known;
    for (const auto& format : all_diff_reports())
        known.emplace_back(format.name, format.name);
    return known;
}

} // namespace

cli::Options diff_options(DiffOptions& asked, const CliNames&) {
    using namespace cli;
    auto format = choice<std::string>(asked.format, known_formats());
    auto formats = joined(format.choices) + "; the default is text";
    // A row an option.
    // clang-format off
    return {
        {"RUN", "TEXT", "B, or A and B: a run's id, the start of an id, last, or last:NAME", words(asked.runs), group::word},
        {"--format", "WORD", std::move(formats), std::move(format), group::talk},
        {"-o,--out", "FILE", "write it to FILE, and not to stdout", text(asked.out), group::talk, Preset::never},
        fail_on_change_option(asked.fail_on, group::talk),
        state_option(asked.state_dir, group::talk),
    };
    // clang-format on
}

std::string wrong_diff(const DiffOptions& options) {
    return options.runs.size() <= 2 ? "" : "name two runs at most: rdpsweep diff A B";
}

int run_diff(const DiffOptions& options) {
    auto runs = open_both(options);
    if (!runs) return complain(runs.error(), exit_usage);
    auto& [before, after] = *runs;
    const auto& messages = Catalogue::built_in(options.talk.lang);
    const ReportedRun reported{after.run().id, after.run().started, true, "rdpsweep diff"};
    const ReportRequest request{options.format, options.out};
    auto outputs =
        ReportOutputs::open({request}, options.talk, messages, reported, all_diff_reports());
    if (!outputs) return complain(outputs.error(), exit_usage);
    outputs->wait_for_readers([] { return Writer::Duration::max(); }); // nobody else waits
    const auto difference = compare_runs(options.state_dir, before, after);
    if (!difference) return complain(difference.error(), exit_failed);
    for (const auto* run : {&before, &after})
        tell_of_damage(*run);
    outputs->on_baseline(*difference);
    const auto failures = outputs->finish({}, after);
    for (const auto& failure : failures)
        complain(failure, exit_failed);
    if (!failures.empty()) return exit_failed;
    if (!difference->balanced()) return exit_accounting;
    return options.fail_on ? change_status(*difference, *options.fail_on) : exit_ok;
}

} // namespace rdpsweep
