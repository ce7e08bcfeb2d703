// Runs and history on the command line.
#include "scanner/cli/history_grammar.hpp"

#include "scanner/cli/binders.hpp"
#include "scanner/cli/run_grammar.hpp"

#include <charconv>

namespace rdpsweep::cli {

namespace {

// Reads "30d": whole days, at most 100 years.
std::optional<std::chrono::days> days_in(const std::string& text) {
    constexpr int most = 36'500;
    int count = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, count);
    const bool right =
        read.ec == std::errc() && read.ptr + 1 == end && *read.ptr == 'd' && count > 0;
    if (!right || count > most) return {};
    return std::chrono::days(count);
}

template <class Days>
Binder days(Days& value) {
    return {
        [&value](const std::string& text) -> std::optional<std::string> {
            const auto read = days_in(text);
            if (!read) return "not a number of days, such as 30d";
            value = *read;
            return {};
        },
        Takes::value};
}

// A row an option.
// clang-format off

Option run_word(std::string& run) {
    return {"RUN", "TEXT", "a run's id, the start of an id, last, or last:NAME", word(run),
            group::word};
}

Option format_option(bool& json) {
    return {"--format", "WORD", "table or json",
            choice<bool>(json, {{"table", false}, {"json", true}}), group::talk};
}

Option newest_option(std::size_t& newest) {
    return {"--newest", "N", usual("keep the N newest runs, however old", std::to_string(newest)),
            number(newest, {1, 1'000'000}), group::talk};
}

} // namespace

Options runs_list_options(RunsOptions& runs, const CliNames&) {
    return {format_option(runs.json), state_option(runs.state_dir, group::talk)};
}

Options runs_show_options(RunsOptions& runs, const CliNames&) {
    return {run_word(runs.run), format_option(runs.json),
            state_option(runs.state_dir, group::talk)};
}

Options runs_name_options(RunsOptions& runs, const CliNames&) {
    return {
        run_word(runs.run),
        {"NAME", "TEXT", "the run's name; '' takes it away", word(runs.name), group::word},
        state_option(runs.state_dir, group::talk),
    };
}

Options runs_prune_options(RunsOptions& runs, const CliNames&) {
    return {
        {"--keep", "DAYS", "remove runs that began longer ago than this, such as 30d",
         days(runs.keep), group::talk},
        newest_option(runs.newest),
        {"--dry-run", "", "only say what would be removed", flag(runs.dry), group::talk, Preset::never},
        state_option(runs.state_dir, group::talk),
    };
}

Options history_runs_options(HistoryOptions& history, const CliNames&) {
    return {format_option(history.json), state_option(history.state_dir, group::talk)};
}

Options history_host_options(HistoryOptions& history, const CliNames&) {
    return {
        {"NAME", "TEXT", "a host's name, its ARM id, or the last part of that",
         word(history.subject), group::word},
        format_option(history.json),
        state_option(history.state_dir, group::talk),
    };
}

Options history_rule_options(HistoryOptions& history, const CliNames&) {
    return {
        {"ID", "TEXT", "a rule's id; see rdpsweep rules", word(history.subject), group::word},
        format_option(history.json),
        state_option(history.state_dir, group::talk),
    };
}

Options history_write_options(HistoryOptions& history, const CliNames&) {
    return {state_option(history.state_dir, group::talk)};
}

Options history_prune_options(HistoryOptions& history, const CliNames&) {
    return {
        {"--keep", "DAYS",
         "of runs that began longer ago than this, such as 400d, keep the totals only",
         days(history.keep), group::talk},
        {"--keep-runs", "DAYS", "also remove stored runs that began longer ago than this",
         days(history.keep_runs), group::talk},
        newest_option(history.newest),
        state_option(history.state_dir, group::talk),
    };
}

// clang-format on

std::string wrong_runs_name(const RunsOptions& runs) {
    return wrong_run_name(runs.name);
}

std::string wrong_runs_prune(const RunsOptions& runs) {
    return runs.keep.count() > 0 ? "" : "say how long runs are kept: --keep 30d";
}

std::string wrong_history_prune(const HistoryOptions& history) {
    const bool any = history.keep.count() > 0 || history.keep_runs;
    return any ? "" : "say how long it is kept: --keep 400d, --keep-runs 30d";
}

} // namespace rdpsweep::cli
