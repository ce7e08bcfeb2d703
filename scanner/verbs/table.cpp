// Every verb: its name, what it says in --help, its options, what it runs.
#include "scanner/verbs/table.hpp"

#include "scanner/cli/fix_grammar.hpp"
#include "scanner/cli/scan_grammar.hpp"
#include "scanner/cli/scope_grammar.hpp"
#include "scanner/verbs/verbs.hpp"

namespace rdpsweep {

namespace {

using cli::asks;

// A check of the scope that a verb's struct holds.
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
   0  every target assessed, nothing at or above --fail-on
   1  rdpsweep itself failed
   2  usage or configuration; nothing was attempted
   3  the scope holds no target
  10  all assessed, findings present
  11  no finding, but more than --max-unassessed targets were not assessed
  12  findings and incomplete
  70  the totals do not add up to the inventory
 130, 143  interrupted; rdpsweep scan --resume RUN goes on)",
     asks<ScanOptions>({cli::scan_options, run_scan, cli::wrong_scan})},
    {"check",
     "Reach every target and stop: what answered, as whom, how fast.",
     R"(Example:
  rdpsweep check -i fleet.yaml --limit 20)",
     asks<ScanOptions>({cli::check_options, run_check, cli::wrong_scan})},
    {"targets",
     "Print what a scan would touch, touching nothing.",
     R"(Example:
  rdpsweep targets -i fleet.yaml -t web-07=10.1.0.7 --format table

Exit status: 0; 2 the inventory has mistakes; 3 it holds no target)",
     asks<TargetsOptions>({targets_options, run_targets, wrong_in<TargetsOptions>(cli::wrong_scope)}
     )},
    {"doctor",
     "Check this machine: limits, clock, DNS, Kerberos, NTLM, CAs, disk;\n"
     "with -i also that every credential can be fetched.",
     R"(Example:
  rdpsweep doctor -i fleet.yaml

Exit status: 0 fit to scan (warnings included); 1 something must be repaired; 2 usage)",
     asks<DoctorOptions>({doctor_options, run_doctor, wrong_in<DoctorOptions>(cli::wrong_logon)})},
    {"console",
     "One VM's Azure Serial Console, on this terminal. Ctrl-] opens a menu; q there leaves.",
     R"(Example:
  rdpsweep console web-01 --subscription Production
  rdpsweep console /subscriptions/ID/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/web-01

Whoever opens a console ends the session of whoever had it: one in use is left alone without
--takeover. What the VM sends is rendered first; no escape sequence of its reaches this terminal.)",
     asks<ConsoleOptions>({console_options, run_console})},
    {"rules",
     "List the judgement rules.",
     R"(Example:
  rdpsweep rules --format json)",
     asks<RulesOptions>({rules_options, run_rules})},
    {"explain",
     "Explain a rule: what it checks, its article step, the cure.\n"
     "Of a cause: its rules.",
     R"(Example:
  rdpsweep explain TLS.PROTO
  rdpsweep explain machine_keys)",
     asks<ExplainOptions>({explain_options, run_explain})},
    {"audit",
     "Follow the chain of an audit file: what was changed in it or taken out shows.",
     R"(Example:
  rdpsweep audit /var/log/rdpsweep.audit

Each record holds the SHA-256 of the line before it. What is cut off at the end does not show by
itself: keep the hash of the last line elsewhere.

Exit status: 0 whole; 1 not; 2 the file cannot be read)",
     asks<AuditOptions>({audit_options, run_audit})},
    {"report",
     "Show a stored run again, in any format, touching no host.",
     R"(Example:
  rdpsweep report last --report html:fleet.html)",
     asks<StoredReportOptions>({report_options, run_report})},
    {"fix", "Plan fixes for what a run found, apply them in guarded batches, undo them.", "", {}},
    {"fix plan",
     "Write a plan from a stored run: which values and rights would be changed on which\n"
     "VM, in which batches. It touches no VM.",
     R"(Example:
  rdpsweep fix plan last
  rdpsweep fix plan last --fix tls12,key-acl --max-targets 200 --max-percent 20 -o tls.json

Exit status: 0; 2 usage, or more VMs than --max-targets or --max-percent allow)",
     asks<FixPlanOptions>({cli::fix_plan_options, run_fix_plan})},
    {"fix show",
     "Print a plan in full, after checking that it is as it was made.",
     R"(Example:
  rdpsweep fix show plan-20261125T210000Z-4f1c.json)",
     asks<FixShowOptions>({cli::fix_show_options, run_fix_show})},
    {"fix apply",
     "Apply a plan: look again, write down what is there, change, verify; undo where it did\n"
     "not help. VMs are reached as by the run that the plan was made from.",
     R"(Example:
  rdpsweep fix apply tls.json --confirm 37:4f1c
  rdpsweep fix apply tls.json --confirm 37:4f1c --resume --approve-each none

A plan stops, and no further VM is begun, when
  a rollback failed; or a VM of the first batch (the canary) went bad; or
  more than a tenth of a batch did (none of up to 9 VMs, 1 of 10 to 19); or
  3 VMs, or 2 % of those begun if that is more, did; or 3 in a row did; or
  3 VMs of a batch and more than a fifth of it are not what was planned for; or
  of up to 20 VMs beside the plan more than a tenth answer RDP no more.
VMs in flight are brought to their end. Ctrl-C does the same; twice ends them now, and
--resume finds out how far each got.

Exit status: 0 all verified or rightly left alone, or paused; 2 usage; 21 stopped by a
guard; 22 undone somewhere; 23 a rollback failed: page a human; 130, 143 interrupted)",
     asks<FixApplyOptions>({cli::fix_apply_options, run_fix_apply})},
    {"fix status",
     "Print where each VM of a plan is.",
     R"(Example:
  rdpsweep fix status tls.json)",
     asks<FixStatusOptions>({cli::fix_status_options, run_fix_status})},
    {"fix rollback",
     "Undo all that a plan changed, to what was there before.",
     R"(Example:
  rdpsweep fix rollback tls.json --confirm 37:4f1c

Exit status: 0 all undone; 2 usage; 23 something could not be: page a human)",
     asks<FixApplyOptions>({cli::fix_rollback_options, run_fix_rollback})},
    {"fix pause",
     "Begin no further VM of a plan that is being applied; --resume goes on.",
     R"(Example:
  rdpsweep fix pause tls.json

VMs in flight come to their end. From any terminal with the same state directory.)",
     asks<FixOrderOptions>({cli::fix_order_options, run_fix_pause})},
    {"fix abort",
     "The same as pause, but going on takes --acknowledge abort as well.",
     R"(Example:
  rdpsweep fix abort tls.json)",
     asks<FixOrderOptions>({cli::fix_order_options, run_fix_abort})},
    {"fix approve",
     "Sign a plan: fix apply asks for it where approvers are listed.",
     R"(Example:
  openssl genpkey -algorithm ed25519 -out anna.pem
  rdpsweep fix approve tls.json --key anna.pem -o anna.sig
  rdpsweep fix apply tls.json --confirm 37:4f1c --approval anna.sig

The signature is 64 bytes over the bytes of the file; this makes the same:
  openssl pkeyutl -sign -rawin -inkey anna.pem -in tls.json -out anna.sig
Approvers are lines "NAME KEY", KEY being the one line of `openssl pkey -in anna.pem -pubout`.
With such a list a plan takes nobody's word for low risk, one of theirs for medium, two for high.)",
     asks<FixApproveOptions>({cli::fix_approve_options, run_fix_approve})},
};

} // namespace

cli::Verbs all_verbs() {
    return verbs;
}

} // namespace rdpsweep
