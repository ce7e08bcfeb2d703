// Every verb: its name, what it says in --help, its options, what it runs.
#include "scanner/verbs/table.hpp"

#include "scanner/cli/history_grammar.hpp"
#include "scanner/cli/scan_grammar.hpp"
#include "scanner/cli/scope_grammar.hpp"
#include "scanner/verbs/footers.hpp"
#include "scanner/verbs/verbs.hpp"

#include <vector>

namespace rdpsweep {

namespace {

using cli::asks;

// Returns a check of the scope that a verb's struct holds.
template <class Given>
std::function<std::string(const Given&)> wrong_in(std::string (*wrong)(const ScopeOptions&)) {
    return [wrong](const Given& given) { return wrong(given.scope); };
}

const cli::Verb sweep_verbs[] = {
    {"scan",
     "Reach every target, collect facts, judge them and report.",
     footer::scan,
     asks<ScanOptions>({cli::scan_options, run_scan, cli::wrong_scan})},
    {"check",
     "Reach every target and stop: print what answered, which user logged on, and how fast.",
     R"(Example:
  rdpsweep check -i fleet.yaml --limit 20)",
     asks<ScanOptions>({cli::check_options, run_check, cli::wrong_scan})},
    {"targets",
     "Print the targets of a scan without contacting any of them.",
     R"(Example:
  rdpsweep targets -i fleet.yaml -t web-07=10.1.0.7 --format table

Exit status: 0 success; 2 the inventory has mistakes; 3 it has no targets)",
     asks<TargetsOptions>({targets_options, run_targets, wrong_in<TargetsOptions>(cli::wrong_scope)}
     )},
    {"doctor",
     "Check this machine: limits, clock, DNS, Kerberos, NTLM, CAs and disk.\n"
     "With -i, also check that every credential can be fetched.",
     R"(Example:
  rdpsweep doctor -i fleet.yaml

Exit status: 0 ready to scan, perhaps with warnings; 1 something must be repaired; 2 usage error)",
     asks<DoctorOptions>({doctor_options, run_doctor, wrong_in<DoctorOptions>(cli::wrong_logon)})},
    {"console",
     "Open one VM's Azure Serial Console on this terminal. Ctrl-] opens a menu; q in it quits.",
     R"(Example:
  rdpsweep console web-01 --subscription Production
  rdpsweep console /subscriptions/ID/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/web-01

Opening a console ends the session of the person who was using it. Without --takeover, rdpsweep
leaves a console that is in use alone. It renders what the VM sends: no escape sequence of the VM
reaches this terminal.)",
     asks<ConsoleOptions>({console_options, run_console})},
    {"rules",
     "List the judgement rules.",
     R"(Example:
  rdpsweep rules --format json)",
     asks<RulesOptions>({rules_options, run_rules})},
    {"explain",
     "Explain a rule: what it checks, its step in the article, and the cure.\n"
     "For a cause, list its rules.",
     R"(Example:
  rdpsweep explain TLS.PROTO
  rdpsweep explain machine_keys)",
     asks<ExplainOptions>({explain_options, run_explain})},
    {"audit",
     "Verify an audit file's hash chain: report records that were changed or removed.",
     R"(Example:
  rdpsweep audit /var/log/rdpsweep.audit

Each record holds the SHA-256 of the line before it. Lines that are cut off at the end leave no
trace in the file, so keep the hash of the last line elsewhere.

Exit status: 0 the chain is whole; 1 it is not; 2 the file cannot be read)",
     asks<AuditOptions>({audit_options, run_audit})},
    {"report",
     "Show a stored run again in any format, without contacting any host.",
     R"(Example:
  rdpsweep report last --report html:fleet.html
  rdpsweep report last:prod-nightly --since-last --fail-on new)",
     asks<StoredReportOptions>({report_options, run_report, wrong_report})},
    {"diff",
     "Show what changed between two stored runs, without contacting any host: one word for each\n"
     "host, and one for each finding. Without A, B is compared with the run before it: the newest\n"
     "complete one of its name that is about the same targets.",
     footer::diff,
     asks<DiffOptions>({diff_options, run_diff, wrong_diff})},
    {"runs", "List the stored runs, name them, and remove old ones.", "", {}},
    {"runs list",
     "List the stored runs, the oldest first.",
     R"(Example:
  rdpsweep runs list --format json)",
     asks<RunsOptions>({cli::runs_list_options, run_runs_list})},
    {"runs show",
     "Show what is known of a stored run, and which complete run of equal scope was before it.",
     R"(Example:
  rdpsweep runs show last:prod-nightly)",
     asks<RunsOptions>({cli::runs_show_options, run_runs_show})},
    {"runs name",
     "Give a stored run a name, as scan --name does.",
     R"(Example:
  rdpsweep runs name last before-the-patch)",
     asks<RunsOptions>({cli::runs_name_options, run_runs_name, cli::wrong_runs_name})},
    {"runs prune",
     "Remove stored runs that are older than --keep. What is being written stays, and so does a\n"
     "run that a plan was made from. What the history knows of them stays as well.",
     R"(Example:
  rdpsweep runs prune --keep 30d --dry-run)",
     asks<RunsOptions>({cli::runs_prune_options, run_runs_prune, cli::wrong_runs_prune})},
    {"history",
     "Show what became of hosts and rules over all runs, also those that are stored no more.",
     "",
     {}},
    {"history runs",
     "List all runs with their totals and the causes of faults, the oldest first.",
     R"(Example:
  rdpsweep history runs --format json)",
     asks<HistoryOptions>({cli::history_runs_options, run_history_runs})},
    {"history host",
     "Show the past of one host: when it was assessed, and what its rules said from when on.",
     R"(Example:
  rdpsweep history host web-01)",
     asks<HistoryOptions>({cli::history_host_options, run_history_host})},
    {"history rule",
     "Show about how many hosts a rule said what, for each run in which that changed.",
     R"(Example:
  rdpsweep history rule TLS.PROTO)",
     asks<HistoryOptions>({cli::history_rule_options, run_history_rule})},
    {"history import",
     "Write the stored runs into the history that it lacks. Each scan does so when it ends.",
     R"(Example:
  rdpsweep history import --state /var/lib/rdpsweep)",
     asks<HistoryOptions>({cli::history_write_options, run_history_import})},
    {"history rebuild",
     "Write all stored runs into the history anew. What it knows of other runs stays, unless the\n"
     "file is damaged: then it is kept as history.db.damaged.",
     R"(Example:
  rdpsweep history rebuild --state /var/lib/rdpsweep)",
     asks<HistoryOptions>({cli::history_write_options, run_history_rebuild})},
    {"history prune",
     "Of old runs keep the totals only, and what still holds; with --keep-runs also remove stored\n"
     "runs, as runs prune does.",
     R"(Example:
  rdpsweep history prune --keep 400d --keep-runs 30d)",
     asks<HistoryOptions>({cli::history_prune_options, run_history_prune, cli::wrong_history_prune}
     )},
};

// What the program says of itself.
const cli::Verb own_verbs[] = {
    {"config", "Show how options are preset.", "", {}},
    {"config show",
     "Show which options the environment and configuration files preset, and to what.",
     R"(Example:
  rdpsweep config show --origin
  rdpsweep config show --origin --verb scan

The command line wins over the environment (--max-unassessed is RDPSWEEP_MAX_UNASSESSED), that over
the user's configuration file, and that over the machine's.

Exit status: 0 success; 2 a file, a key or a value is wrong)",
     asks<ConfigOptions>({config_options, run_config_show, {}, cli::Configured::no})},
    {"manual",
     "Print the manual page of a verb, or write all pages into a folder.",
     R"(Example:
  rdpsweep manual fix-plan
  rdpsweep manual all --out man1

A pipe to `man -l -` shows a page.)",
     asks<ManualOptions>({manual_options, run_manual, wrong_manual, cli::Configured::no})},
    {"completion",
     "Print the completion file of a shell.",
     R"(Example:
  rdpsweep completion bash

Where it belongs, unless the package has installed it:
  bash  ~/.local/share/bash-completion/completions/rdpsweep
  zsh   /usr/local/share/zsh/site-functions/_rdpsweep
  fish  ~/.config/fish/completions/rdpsweep.fish)",
     asks<CompletionOptions>({completion_options, run_completion, {}, cli::Configured::no})},
    {"version",
     "Print the version, commit, build and libraries of this program, as rdpsweep --version does.",
     "Example:\n  rdpsweep version --json",
     asks<VersionOptions>({version_options, run_version, {}, cli::Configured::no})},
};

} // namespace

cli::Verbs all_verbs() {
    static const auto all = [] {
        std::vector<cli::Verb> verbs;
        for (const cli::Verbs part : {cli::Verbs(sweep_verbs), fix_verbs(), cli::Verbs(own_verbs)})
            verbs.insert(verbs.end(), part.begin(), part.end());
        return verbs;
    }();
    return all;
}

} // namespace rdpsweep
