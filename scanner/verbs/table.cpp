// Every verb: its name, what it says in --help, its options, what it runs.
#include "scanner/verbs/table.hpp"

#include "scanner/cli/fix_grammar.hpp"
#include "scanner/cli/scan_grammar.hpp"
#include "scanner/cli/scope_grammar.hpp"
#include "scanner/verbs/verbs.hpp"

namespace rdpsweep {

namespace {

using cli::asks;

// Returns a check of the scope that a verb's struct holds.
template <class Given>
std::function<std::string(const Given&)> wrong_in(std::string (*wrong)(const ScopeOptions&)) {
    return [wrong](const Given& given) { return wrong(given.scope); };
}

const cli::Verb verbs[] = {
    {"scan",
     "Reach every target, collect facts, judge them and report.",
     R"(Example:
  export RDPSWEEP_PASSWORD=...
  rdpsweep scan -i fleet.yaml --jobs 128 --report text --report json:run.json
  rdpsweep scan -i defaults.yaml --subscription Production --select 'tag:env=prod'
  rdpsweep scan -i ansible:hosts --select 'group:web & !name:dc*' --pick 20
  rdpsweep scan --rerun last:unreachable,broken
  rdpsweep scan -t 10.1.0.4,sql=10.1.0.9:5986 --user 'CORP\svc' --password-prompt

Exit status:
   0  every target was assessed, and no finding reaches --fail-on
   1  rdpsweep itself failed
   2  usage or configuration error; nothing was attempted
   3  the scope has no targets
  10  every target was assessed, and there are findings
  11  no findings, but more than --max-unassessed targets were not assessed
  12  findings, and more than --max-unassessed targets were not assessed
  70  the totals do not add up to the inventory
 130, 143  interrupted; rdpsweep scan --resume RUN continues)",
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
  rdpsweep report last --report html:fleet.html)",
     asks<StoredReportOptions>({report_options, run_report})},
    {"fix",
     "Plan fixes for what a run found, apply them in guarded batches, and undo them.",
     "",
     {}},
    {"fix plan",
     "Write a plan from a stored run: which values and rights to change on which VM, and\n"
     "in which batches. This contacts no VM.",
     R"(Example:
  rdpsweep fix plan last
  rdpsweep fix plan last --fix tls12,key-acl --max-targets 200 --max-percent 20 -o tls.json

Exit status: 0 success; 2 usage error, or more VMs than --max-targets or --max-percent allow;
11 the plan leaves out VMs that answer as the same Windows as another one)",
     asks<FixPlanOptions>({cli::fix_plan_options, run_fix_plan})},
    {"fix show",
     "Check that a plan was not altered after it was made, and that it is what its run gives\n"
     "where that run is here, and print it in full.",
     R"(Example:
  rdpsweep fix show plan-20261125T210000Z-4f1c.json)",
     asks<FixShowOptions>({cli::fix_show_options, run_fix_show})},
    {"fix apply",
     "Apply a plan: look at each VM again, record what is there, change it and verify the\n"
     "result; undo the change where it did not help. VMs are reached the same way as in\n"
     "the run that the plan was made from.",
     R"(Example:
  rdpsweep fix apply tls.json --confirm 37:4f1c
  rdpsweep fix apply tls.json --confirm 37:4f1c --resume --approve-each none

A plan stops, and no further VM is started, when
  a rollback fails; or a VM of the first batch (the canary) goes bad; or
  more than a tenth of a batch goes bad (none of up to 9 VMs may, 1 of 10 to 19 may); or
  3 VMs go bad, or 2 % of those started if that is more; or 3 in a row go bad; or
  3 VMs of a batch, and more than a fifth of it, are no longer as the plan expects; or
  more than a tenth of up to 20 control VMs (not in the plan) no longer answer RDP.
VMs that were started are finished first. Ctrl-C stops a plan in the same way. A second
Ctrl-C ends those VMs at once, and --resume finds out how far each one got.

Exit status: 0 every VM verified or rightly left alone, or paused; 1 what became of
the VMs could not be written to stdout; 2 usage error; 21 stopped by a guard; 22 some VM was undone; 23 a rollback failed, page a human;
130, 143 interrupted)",
     asks<FixApplyOptions>({cli::fix_apply_options, run_fix_apply})},
    {"fix status",
     "Print how far each VM of a plan has got.",
     R"(Example:
  rdpsweep fix status tls.json)",
     asks<FixStatusOptions>({cli::fix_status_options, run_fix_status})},
    {"fix rollback",
     "Undo everything that a plan changed: put back what was there before.",
     R"(Example:
  rdpsweep fix rollback tls.json --confirm 37:4f1c

Exit status: 0 everything undone; 2 usage error; 23 something could not be undone, page a human)",
     asks<FixApplyOptions>({cli::fix_rollback_options, run_fix_rollback})},
    {"fix pause",
     "Start no further VM of a plan that is being applied; fix apply --resume continues it.",
     R"(Example:
  rdpsweep fix pause tls.json

VMs that were started are finished. Any terminal with the same state directory will do.)",
     asks<FixOrderOptions>({cli::fix_order_options, run_fix_pause})},
    {"fix abort",
     "Do the same as pause, but to continue, fix apply also needs --acknowledge abort.",
     R"(Example:
  rdpsweep fix abort tls.json)",
     asks<FixOrderOptions>({cli::fix_order_options, run_fix_abort})},
    {"fix approve",
     "Sign a plan. Where approvers are listed, fix apply asks for their signatures.",
     R"(Example:
  openssl genpkey -algorithm ed25519 -out anna.pem
  rdpsweep fix approve tls.json --key anna.pem -o anna.sig
  rdpsweep fix apply tls.json --confirm 37:4f1c --approval anna.sig

The signature is 64 bytes over the bytes of the file. This command makes the same one:
  openssl pkeyutl -sign -rawin -inkey anna.pem -in tls.json -out anna.sig
An approver is a line "NAME KEY"; KEY is the middle line of `openssl pkey -in anna.pem -pubout`.
With lists of approvers, a low-risk plan needs no approval, a medium-risk plan one, a high-risk plan two.)",
     asks<FixApproveOptions>({cli::fix_approve_options, run_fix_approve})},
    {"manual",
     "Print the manual page of a verb, or write all pages into a folder.",
     R"(Example:
  rdpsweep manual fix-plan
  rdpsweep manual all --out man1

A pipe to `man -l -` shows a page.)",
     asks<ManualOptions>({manual_options, run_manual, wrong_manual})},
    {"completion",
     "Print the completion file of a shell.",
     R"(Example:
  rdpsweep completion bash

Where it belongs, unless the package has installed it:
  bash  ~/.local/share/bash-completion/completions/rdpsweep
  zsh   /usr/local/share/zsh/site-functions/_rdpsweep
  fish  ~/.config/fish/completions/rdpsweep.fish)",
     asks<CompletionOptions>({completion_options, run_completion})},
    {"version",
     "Print the version, the commit, the build and the libraries of this program.",
     R"(Example:
  rdpsweep version --json

rdpsweep --version is the same.)",
     asks<VersionOptions>({version_options, run_version})},
};

} // namespace

cli::Verbs all_verbs() {
    return verbs;
}

} // namespace rdpsweep
