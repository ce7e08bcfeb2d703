// What a scan keeps of each host, and what it writes in the end.
#include "scanner/run/scan_run.hpp"

#include "core/log.hpp"
#include "probes/rule.hpp"
#include "reports/messages/catalogue.hpp"
#include "scanner/history/history.hpp"
#include "scanner/options/scan_options_json.hpp"
#include "scanner/run/recall.hpp"
#include "scanner/run/verdict_status.hpp"
#include "scanner/run/whole_paths.hpp"
#include "scanner/scope/scope_key.hpp"
#include "scanner/store/prune_runs.hpp"
#include "scanner/system/whole_path.hpp"

namespace rdpsweep {

namespace {

// Returns what the run is stored with. One that visits hosts of another run again is about a part
// of its targets, and has no scope.
RunExtras extras_of(const ScanOptions& options) {
    const auto whole = with_whole_paths(options, current_folder());
    RunExtras extras(to_json_text(whole), {options.name, {}, {}});
    if (options.rerun.empty()) extras.marks.scope = scope_key(whole.scope);
    for (const auto rules : {all_rules(), outside_rules()}) {
        for (const auto& rule : rules)
            extras.marks.rules.emplace_back(rule.id);
    }
    return extras;
}

} // namespace

Step<std::unique_ptr<ScanRun>> ScanRun::open(RunSetup& setup) {
    const auto& options = setup.options;
    const bool again = !options.resume.empty();
    setup.extras = extras_of(options);
    if (again) {
        auto resumed = resume(setup);
        if (!resumed) return std::move(resumed).end();
    }
    auto requests = options.reports;
    if (requests.empty()) requests.push_back({"text", "-"});
    const auto& messages = Catalogue::built_in(options.talk.lang);
    const ReportedRun run{setup.run.id, setup.run.started, false};
    auto reports = ReportOutputs::open(requests, options.talk, messages, run);
    if (!reports) return EarlyEnd(reports.error(), exit_usage);
    const auto& english = Catalogue::english();
    const auto say = [&english](const Message& message) { return english.say(message); };
    const auto open_store = again ? &RunStore::reopen : &RunStore::create;
    auto store = open_store(options.state_dir, setup.run, say, setup.extras);
    if (!store) return EarlyEnd(store.error(), exit_failed);
    return std::unique_ptr<ScanRun>(new ScanRun(setup, *std::move(reports), *std::move(store)));
}

RunTraits ScanRun::traits() const {
    return {
        .looks_outside = setup_.options.handshake,
        .gathers_evidence = setup_.options.azure_evidence,
        .shows_progress = true,
        .any_order = true,
        .credential_stopped = "run.credential_stopped", // there is a run to go on with
    };
}

Status ScanRun::started(std::size_t index, const Target& target) {
    return store_->started(index, target.id);
}

// Writes the host to disk first; it is reported and counted after that. Both write the same text.
Status ScanRun::finished(const HostResult& host) {
    const auto json = store_->text_of(host);
    auto stored = store_->finished(host.index, json);
    if (stored) reports_.on_host(host, json);
    if (stored && has_series() && setup_.options.resume.empty()) night_.add(host);
    return stored;
}

bool ScanRun::may_begin() {
    return !reports_.behind();
}

Status ScanRun::close(Speaker& speaker) {
    const auto& run = setup_.run;
    auto written = store_->close(run, setup_.fleet.totals());
    const auto begun_at = store_->begun_at();
    store_.reset();
    // Without it the next run only goes through its hosts in another order.
    if (const auto kept = setup_.let_in.save(); !kept)
        log_line({LogLevel::warn, "", "config", kept.error().detail()});
    if (written) written = write_reports(speaker, begun_at);
    if (has_series()) write_history(speaker);
    constexpr std::size_t at_once = 4; // runs that an earlier version left: some each night
    (void)pack_before(setup_.options.state_dir, run.id, at_once);
    speaker.advise(
        "run " + printable(run.id) + " is stored in " + printable(setup_.options.state_dir, 1000) +
        "/runs\n"
    );
    return written;
}

// The history is an index over what is stored: the run is whole without it, and the next one writes
// what this one could not.
void ScanRun::write_history(Speaker& speaker) {
    const RunDocument document{setup_.run, setup_.extras.marks, {}, setup_.fleet.totals()};
    const auto warn = [&speaker](const Error& error) {
        speaker.say("rdpsweep: warning: the run is stored, and not in the history yet\n");
        speaker.fail(error, exit_ok);
    };
    auto history = History::open_to_write(setup_.options.state_dir);
    if (!history) return warn(history.error());
    if (setup_.options.resume.empty()) history->knows(document, night_);
    constexpr std::size_t most = 8; // with those that runs before this one could not write
    const auto imported = history->import(most);
    if (!imported) return warn(imported.error());
    if (imported->left > 0) {
        speaker.advise(
            "rdpsweep: " + printable(imported->left) +
            " stored runs are not in the history yet: rdpsweep history import\n"
        );
    }
}

// Says what failed of each output; the first error is the run's.
Status ScanRun::write_reports(Speaker& speaker, std::uint64_t begun_at) {
    auto stored = StoredRun::open(setup_.options.state_dir, setup_.run.id);
    if (!stored) return std::move(stored).error();
    stored->is_ours_from(begun_at);
    reports_.wait_for_readers([&speaker] { return speaker.patience(); });
    auto failures = reports_.finish(setup_.fleet.report(setup_.run), *stored);
    if (failures.empty()) return {};
    for (std::size_t i = 1; i < failures.size(); ++i)
        speaker.fail(failures[i], exit_failed);
    return std::move(failures.front());
}

int ScanRun::status() const {
    const auto& options = setup_.options;
    return verdict_status(setup_.fleet.totals(), options.fail_on, options.max_unassessed);
}

} // namespace rdpsweep
