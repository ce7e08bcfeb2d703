// The verbs of runs: list, show, name and prune.
#include "core/text.hpp"
#include "reports/messages/catalogue.hpp"
#include "scanner/store/find_run.hpp"
#include "scanner/store/prune_runs.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/rows.hpp"
#include "scanner/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

#include <ctime>

namespace rdpsweep {

namespace {

std::string state_of(const RunDocument& document) {
    if (!document.totals) return "unfinished";
    return document.complete() ? "complete" : "interrupted";
}

std::vector<nlohmann::json> row_of(const std::string& id, const RunDocument& document) {
    const auto totals = document.totals.value_or(Totals());
    return {
        id,
        document.marks.name,
        to_iso8601(document.run.started),
        state_of(document),
        document.run.targets,
        totals.of(Outcome::assessed),
        totals.of(Verdict::broken),
        totals.of(Verdict::at_risk)};
}

} // namespace

int run_runs_list(const RunsOptions& options) {
    Rows rows{
        "rdpsweep.runs/1",
        {"run", "name", "started", "state", "targets", "assessed", "broken", "at_risk"},
        {}};
    const auto runs = open_runs(options.state_dir);
    if (!runs) return complain(runs.error(), exit_usage);
    for (const auto& id : run_ids(*runs)) {
        const auto folder = runs->folder(id, IfMissing::fail);
        const auto document =
            folder ? read_run_document(*folder) : Result<RunDocument>(folder.error());
        if (document)
            rows.rows.push_back(row_of(id, *document));
        else
            complain(document.error(), exit_usage);
    }
    return show_rows(rows, options.json);
}

int run_runs_show(const RunsOptions& options) {
    const auto folder = open_run(options.state_dir, options.run);
    if (!folder) return complain(folder.error(), exit_usage);
    const auto document = read_run_document(*folder);
    if (!document) return complain(document.error(), exit_usage);
    const auto& run = document->run;
    Rows rows{"rdpsweep.run-head/1", {"what", "value"}, {}};
    const auto add = [&rows](std::string_view what, nlohmann::json value) {
        rows.rows.push_back({std::string(what), std::move(value)});
    };
    add("run", run.id);
    add("name", document->marks.name);
    add("folder", folder->path());
    add("state", state_of(*document));
    add("started", to_iso8601(run.started));
    if (run.finished != 0) add("finished", to_iso8601(run.finished));
    add("version", run.version);
    add("scope", document->marks.scope);
    add("rules", document->marks.rules.size());
    add("targets", run.targets);
    const auto totals = document->totals.value_or(Totals());
    for (const auto& [outcome, count] : totals.by_outcome)
        add(to_string(outcome), count);
    for (const auto& [verdict, count] : totals.by_verdict)
        add(to_string(verdict), count);
    const auto before = run_before(options.state_dir, run.id, document->marks);
    if (before) add("before", before->value_or(""));
    return show_rows(rows, options.json);
}

int run_runs_name(const RunsOptions& options) {
    const auto folder = open_run(options.state_dir, options.run);
    if (!folder) return complain(folder.error(), exit_usage);
    auto document = read_run_document(*folder);
    if (!document) return complain(document.error(), exit_usage);
    document->marks.name = options.name;
    const auto& english = Catalogue::english();
    const auto say = [&english](const Message& message) { return english.say(message); };
    const auto text = to_json_text(*document, say);
    if (!text) return complain(text.error(), exit_failed);
    const auto written = folder->replace("run.json", *text);
    return written ? exit_ok : complain(written.error(), exit_failed);
}

int run_runs_prune(const RunsOptions& options) {
    const auto now = std::time(nullptr);
    const std::chrono::seconds keep = options.keep;
    const PruneRules rules{now - keep.count(), options.newest, now, options.dry};
    const auto pruned = prune_runs(options.state_dir, rules);
    if (!pruned) return complain(pruned.error(), exit_usage);
    const auto done =
        options.dry ? TerminalText(" would be removed\n") : TerminalText(" is removed\n");
    TerminalText text;
    for (const auto& id : pruned->gone)
        text += printable(id) + done;
    for (const auto& [id, why] : pruned->stays)
        text += printable(id) + " stays: " + printable(why) + "\n";
    return write_out(text) ? exit_ok : exit_failed;
}

} // namespace rdpsweep
