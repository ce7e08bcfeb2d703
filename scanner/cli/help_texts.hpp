// What --help says beside the list of options: the purpose, an example that works, the statuses.
#pragma once

namespace rdpsweep::help {

inline constexpr auto program =
    "Finds why Windows VMs answer RDP with \"An internal error has occurred\":\n"
    "a whole fleet at once, without an agent. A scan changes nothing; fix does, by plan.";

inline constexpr auto program_footer = R"(Example:
  rdpsweep scan -i fleet.yaml --report text --report html:fleet.html

rdpsweep VERB --help says more about a verb.)";

inline constexpr auto scan = "Reach every target, collect facts, judge them and report.";

inline constexpr auto statuses = R"(Exit status:
   0  every target assessed, nothing at or above --fail-on
   1  rdpsweep itself failed
   2  usage or configuration; nothing was attempted
   3  the scope holds no target
  10  all assessed, findings present
  11  no finding, but more than --max-unassessed targets were not assessed
  12  findings and incomplete
  70  the totals do not add up to the inventory
 130, 143  interrupted; rdpsweep scan --resume RUN goes on)";

inline constexpr auto scan_example = R"(Example:
  export RDPSWEEP_PASSWORD=...
  rdpsweep scan -i fleet.yaml --jobs 128 --report text --report json:run.json
  rdpsweep scan -i defaults.yaml --subscription Production --select 'tag:env=prod'
  rdpsweep scan -i ansible:hosts --select 'group:web & !name:dc*' --pick 20
  rdpsweep scan --rerun last:unreachable,broken
  rdpsweep scan -t 10.1.0.4,sql=10.1.0.9:5986 --user 'CORP\svc' --password-prompt)";

inline constexpr auto console =
    "One VM's Azure Serial Console, on this terminal. Ctrl-] opens a menu; q there leaves.";

inline constexpr auto console_example = R"(Example:
  rdpsweep console web-01 --subscription Production
  rdpsweep console /subscriptions/ID/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/web-01

Whoever opens a console ends the session of whoever had it: one in use is left alone without
--takeover. What the VM sends is rendered first; no escape sequence of its reaches this terminal.)";

inline constexpr auto check = "Reach every target and stop: what answered, as whom, how fast.";

inline constexpr auto check_example = R"(Example:
  rdpsweep check -i fleet.yaml --limit 20)";

inline constexpr auto targets = "Print what a scan would touch, touching nothing.";

inline constexpr auto targets_example = R"(Example:
  rdpsweep targets -i fleet.yaml -t web-07=10.1.0.7 --format table

Exit status: 0; 2 the inventory has mistakes; 3 it holds no target)";

inline constexpr auto doctor =
    "Check this machine: limits, clock, DNS, Kerberos, NTLM, CAs, disk;\n"
    "with -i also that every credential can be fetched.";

inline constexpr auto doctor_example = R"(Example:
  rdpsweep doctor -i fleet.yaml

Exit status: 0 fit to scan (warnings included); 1 something must be repaired; 2 usage)";

inline constexpr auto fix =
    "Plan fixes for what a run found, apply them in guarded batches, undo them.";

inline constexpr auto fix_plan =
    "Write a plan from a stored run: which values and rights would be changed on which\n"
    "VM, in which batches. It touches no VM.";

inline constexpr auto fix_plan_example = R"(Example:
  rdpsweep fix plan last
  rdpsweep fix plan last --fix tls12,key-acl --max-targets 200 --max-percent 20 -o tls.json

Exit status: 0; 2 usage, or more VMs than --max-targets or --max-percent allow)";

inline constexpr auto fix_show = "Print a plan in full, after checking that it is as it was made.";

inline constexpr auto fix_show_example = R"(Example:
  rdpsweep fix show plan-20261125T210000Z-4f1c.json)";

inline constexpr auto fix_apply =
    "Apply a plan: look again, write down what is there, change, verify; undo where it did\n"
    "not help. VMs are reached as by the run that the plan was made from.";

inline constexpr auto fix_apply_example = R"(Example:
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
guard; 22 undone somewhere; 23 a rollback failed: page a human; 130, 143 interrupted)";

inline constexpr auto fix_status = "Print where each VM of a plan is.";

inline constexpr auto fix_status_example = R"(Example:
  rdpsweep fix status tls.json)";

inline constexpr auto fix_rollback = "Undo all that a plan changed, to what was there before.";

inline constexpr auto fix_rollback_example = R"(Example:
  rdpsweep fix rollback tls.json --confirm 37:4f1c

Exit status: 0 all undone; 2 usage; 23 something could not be: page a human)";

inline constexpr auto fix_pause =
    "Begin no further VM of a plan that is being applied; --resume goes on.";

inline constexpr auto fix_pause_example = R"(Example:
  rdpsweep fix pause tls.json

VMs in flight come to their end. From any terminal with the same state directory.)";

inline constexpr auto fix_abort =
    "The same as pause, but going on takes --acknowledge abort as well.";

inline constexpr auto fix_abort_example = R"(Example:
  rdpsweep fix abort tls.json)";

inline constexpr auto fix_approve =
    "Sign a plan: fix apply asks for it where approvers are listed.";

inline constexpr auto fix_approve_example = R"(Example:
  openssl genpkey -algorithm ed25519 -out anna.pem
  rdpsweep fix approve tls.json --key anna.pem -o anna.sig
  rdpsweep fix apply tls.json --confirm 37:4f1c --approval anna.sig

The signature is 64 bytes over the bytes of the file; this makes the same:
  openssl pkeyutl -sign -rawin -inkey anna.pem -in tls.json -out anna.sig
Approvers are lines "NAME KEY", KEY being the one line of `openssl pkey -in anna.pem -pubout`.
With such a list a plan takes nobody's word for low risk, one of theirs for medium, two for high.)";

inline constexpr auto rules = "List the judgement rules.";

inline constexpr auto rules_example = R"(Example:
  rdpsweep rules --format json)";

inline constexpr auto audit =
    "Follow the chain of an audit file: what was changed in it or taken out shows.";

inline constexpr auto audit_example = R"(Example:
  rdpsweep audit /var/log/rdpsweep.audit

Each record holds the SHA-256 of the line before it. What is cut off at the end does not show by
itself: keep the hash of the last line elsewhere.

Exit status: 0 whole; 1 not; 2 the file cannot be read)";

inline constexpr auto explain = "Explain a rule: what it checks, its article step, the cure.\n"
                                "Of a cause: its rules.";

inline constexpr auto explain_example = R"(Example:
  rdpsweep explain TLS.PROTO
  rdpsweep explain machine_keys)";

inline constexpr auto report = "Show a stored run again, in any format, touching no host.";

inline constexpr auto report_example = R"(Example:
  rdpsweep report last --report html:fleet.html)";

} // namespace rdpsweep::help
