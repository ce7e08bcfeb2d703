// The verbs: each runs one and returns the exit status (scanner/talk/exit_status.hpp). The options
// of verbs that share none with others are declared with them.
#pragma once

#include "scanner/cli/completion.hpp"
#include "scanner/cli/names.hpp"
#include "scanner/cli/option.hpp"
#include "scanner/options/diff_options.hpp"
#include "scanner/options/fix_options.hpp"
#include "scanner/options/history_options.hpp"
#include "scanner/options/scan_options.hpp"
#include "scanner/options/stored_report_options.hpp"
#include "scanner/options/verb_options.hpp"

namespace rdpsweep {

// Of verbs that only say what the program is.
struct ManualOptions {
    TalkOptions talk;
    std::string verb;   // "all": every page
    std::string folder; // where all of them are written
};

struct CompletionOptions {
    TalkOptions talk;
    cli::Shell shell = cli::Shell::bash;
};

struct ConfigOptions {
    TalkOptions talk;
    std::string verb; // empty: what is preset of all verbs
    std::string file; // --config
    bool origin = false;
    bool json = false;
};

int run_scan(const ScanOptions& options);
int run_check(const ScanOptions& options);
int run_targets(const TargetsOptions& options);
int run_doctor(const DoctorOptions& options);
int run_console(const ConsoleOptions& options);
int run_rules(const RulesOptions& options);
int run_explain(const ExplainOptions& options);
int run_audit(const AuditOptions& options);
int run_runs_list(const RunsOptions& options);
int run_runs_show(const RunsOptions& options);
int run_runs_name(const RunsOptions& options);
int run_runs_prune(const RunsOptions& options);
int run_history_runs(const HistoryOptions& options);
int run_history_host(const HistoryOptions& options);
int run_history_rule(const HistoryOptions& options);
int run_history_import(const HistoryOptions& options);
int run_history_rebuild(const HistoryOptions& options);
int run_history_prune(const HistoryOptions& options);
int run_version(const VersionOptions& options);
int run_manual(const ManualOptions& options);
int run_config_show(const ConfigOptions& options);
int run_completion(const CompletionOptions& options);
int run_diff(const DiffOptions& options);
int run_report(const StoredReportOptions& options);
int run_fix_plan(const FixPlanOptions& options);
int run_fix_show(const FixShowOptions& options);
int run_fix_apply(const FixApplyOptions& options);
int run_fix_status(const FixStatusOptions& options);
int run_fix_rollback(const FixApplyOptions& options);
int run_fix_pause(const FixOrderOptions& options);
int run_fix_abort(const FixOrderOptions& options);
int run_fix_approve(const FixApproveOptions& options);

cli::Options targets_options(TargetsOptions& asked, const CliNames& names);
cli::Options doctor_options(DoctorOptions& asked, const CliNames& names);
cli::Options console_options(ConsoleOptions& asked, const CliNames& names);
cli::Options rules_options(RulesOptions& asked, const CliNames& names);
cli::Options explain_options(ExplainOptions& asked, const CliNames& names);
cli::Options audit_options(AuditOptions& asked, const CliNames& names);
cli::Options version_options(VersionOptions& asked, const CliNames& names);
cli::Options manual_options(ManualOptions& asked, const CliNames& names);
cli::Options config_options(ConfigOptions& asked, const CliNames& names);
cli::Options completion_options(CompletionOptions& asked, const CliNames& names);
cli::Options diff_options(DiffOptions& asked, const CliNames& names);
cli::Options report_options(StoredReportOptions& asked, const CliNames& names);

// Returns what is wrong with the options together; empty: nothing.
std::string wrong_manual(const ManualOptions& asked);
std::string wrong_diff(const DiffOptions& options);
std::string wrong_report(const StoredReportOptions& options);

} // namespace rdpsweep
