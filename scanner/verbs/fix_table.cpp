// The verbs that plan, apply and undo fixes.
#include "scanner/cli/fix_grammar.hpp"
#include "scanner/verbs/table.hpp"
#include "scanner/verbs/verbs.hpp"

namespace rdpsweep {

namespace {

using cli::asks;

const cli::Verb verbs[] = {
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
};

} // namespace

cli::Verbs fix_verbs() {
    return verbs;
}

} // namespace rdpsweep
