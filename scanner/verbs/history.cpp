// The verbs of history: runs, host, rule, import, rebuild and prune.
#include "scanner/history/history.hpp"

#include "core/text.hpp"
#include "scanner/history/past.hpp"
#include "scanner/store/prune_runs.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/rows.hpp"
#include "scanner/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>

namespace rdpsweep {

namespace {

using Counts = std::map<std::string, std::size_t>;

std::size_t of(const Counts& counts, const char* word) {
    const auto found = counts.find(word);
    return found == counts.end() ? 0 : found->second;
}

// Returns "services 3, tls_protocols 1": the causes of faults.
std::string causes_of(const PastRun& run) {
    std::string text;
    for (const auto& [cause, hosts] : run.causes) {
        if (cause == "none") continue;
        text += (text.empty() ? "" : ", ") + cause + " " + std::to_string(hosts);
    }
    return text;
}

// Says what an import came to; returns the exit status.
int tell(const Result<Imported>& imported) {
    if (!imported) return complain(imported.error(), exit_failed);
    for (const auto& error : imported->unread)
        complain(error, exit_failed);
    auto text = printable(imported->written) + " runs written\n";
    if (imported->late > 0) {
        text += printable(imported->late) +
                " left out: they are older than runs that are stored no more\n";
    }
    return write_out(text) ? exit_ok : exit_failed;
}

} // namespace

int run_history_runs(const HistoryOptions& options) {
    const auto history = History::open_to_read(options.state_dir);
    if (!history) return complain(history.error(), exit_usage);
    const auto runs = past_runs(*history);
    if (!runs) return complain(runs.error(), exit_failed);
    Rows rows{
        "rdpsweep.history/1",
        {"run",
         "name",
         "started",
         "complete",
         "targets",
         "assessed",
         "broken",
         "at_risk",
         "unknown",
         "causes"},
        {}};
    for (const auto& run : *runs) {
        rows.rows.push_back(
            {run.id,
             run.name,
             to_iso8601(run.started),
             run.complete,
             run.targets,
             of(run.outcomes, "assessed"),
             of(run.verdicts, "broken"),
             of(run.verdicts, "at_risk"),
             of(run.verdicts, "unknown"),
             causes_of(run)}
        );
    }
    return show_rows(rows, options.json);
}

int run_history_host(const HistoryOptions& options) {
    const auto history = History::open_to_read(options.state_dir);
    if (!history) return complain(history.error(), exit_usage);
    const auto past = past_of_host(*history, options.subject);
    if (!past) return complain(past.error(), exit_usage);
    Rows rows{
        "rdpsweep.past-of-host/1",
        {"since", "run", "what", "verdict", "severity", "message", "evidence"},
        {}};
    for (const auto& visit : past->visits) {
        rows.rows.push_back(
            {to_iso8601(visit.started),
             visit.run,
             visit.outcome,
             visit.verdict,
             "",
             visit.cause,
             visit.transport}
        );
    }
    for (const auto& finding : past->findings) {
        const auto verdict = finding.verdict.empty() ? "not judged" : finding.verdict;
        rows.rows.push_back(
            {to_iso8601(finding.started),
             finding.run,
             finding.rule,
             verdict,
             finding.severity,
             finding.message,
             finding.text}
        );
    }
    std::stable_sort(rows.rows.begin(), rows.rows.end(), [](const auto& a, const auto& b) {
        return a[1] < b[1];
    });
    return show_rows(rows, options.json);
}

int run_history_rule(const HistoryOptions& options) {
    const auto history = History::open_to_read(options.state_dir);
    if (!history) return complain(history.error(), exit_usage);
    const auto past = past_of_rule(*history, options.subject);
    if (!past) return complain(past.error(), exit_usage);
    const std::vector<std::string> verdicts{"broken", "at_risk", "unknown", "ok", "not_applicable"};
    Rows rows{"rdpsweep.past-of-rule/1", {"since", "run", "changed"}, {}};
    rows.columns.insert(rows.columns.end(), verdicts.begin(), verdicts.end());
    for (const auto& now : *past) {
        std::vector<nlohmann::json> row{to_iso8601(now.started), now.run, now.changed};
        for (const auto& verdict : verdicts) {
            const auto found = now.hosts.find(verdict);
            row.emplace_back(found == now.hosts.end() ? 0 : found->second);
        }
        rows.rows.push_back(std::move(row));
    }
    return show_rows(rows, options.json);
}

int run_history_import(const HistoryOptions& options) {
    auto history = History::open_to_write(options.state_dir);
    if (!history) return complain(history.error(), exit_failed);
    return tell(history->import());
}

int run_history_rebuild(const HistoryOptions& options) {
    return tell(History::rebuild(options.state_dir));
}

int run_history_prune(const HistoryOptions& options) {
    const auto now = std::time(nullptr);
    const auto ago = [now](std::chrono::days days) {
        return now - std::chrono::seconds(days).count();
    };
    TerminalText text;
    if (options.keep.count() > 0) {
        auto history = History::open_to_write(options.state_dir);
        if (!history) return complain(history.error(), exit_failed);
        const auto thinned = history->prune(ago(options.keep));
        if (!thinned) return complain(thinned.error(), exit_failed);
        text += printable(*thinned) + " runs have their totals only\n";
    }
    if (options.keep_runs) {
        const PruneRules rules{ago(*options.keep_runs), options.newest, now, false};
        const auto pruned = prune_runs(options.state_dir, rules);
        if (!pruned) return complain(pruned.error(), exit_usage);
        text += printable(pruned->gone.size()) + " stored runs are removed\n";
        for (const auto& [id, why] : pruned->stays)
            text += printable(id) + " stays: " + printable(why) + "\n";
    }
    return write_out(text) ? exit_ok : exit_failed;
}

} // namespace rdpsweep
