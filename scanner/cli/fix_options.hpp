// Options of the verbs of fix. Included by options.cpp only, like option_groups.hpp.
#pragma once

#include "scanner/cli/option_groups.hpp"

namespace rdpsweep::cli {

inline void add_fix_plan(CLI::App& verb, FixPlanOptions& fix) {
    verb.add_option("RUN", fix.run, "a run's id, the start of one, or last")->required();
    add_list(
        verb,
        "--fix",
        "NAME[,NAME]",
        "only these fixes, and then also for what is only at risk (default: for what is broken, "
        "none that opens RDP)",
        fix.fixes
    )
        ->delimiter(',');
    add_list(
        verb,
        "--stop-service",
        "NAME[,NAME]",
        "services that may be stopped and disabled where they hold RDP's port",
        fix.stop_services
    )
        ->delimiter(',');
    add_number(
        verb,
        "--move-rdp",
        "the port RDP may be moved to where its own cannot be freed",
        fix.move_rdp,
        1'024,
        65'535
    );
    add_duration(
        verb, "--max-age", usual("oldest facts to go by", to_text(fix.max_age)), fix.max_age
    );
    add_duration(
        verb, "--expires", usual("how long the plan is good", to_text(fix.life)), fix.life
    );
    add_number(
        verb,
        "--max-targets",
        usual("hosts at most", std::to_string(fix.max_targets)),
        fix.max_targets,
        1,
        1'000'000
    );
    add_number(
        verb,
        "--max-percent",
        usual("hosts at most, of the run's inventory", std::to_string(fix.max_percent)),
        fix.max_percent,
        1,
        100
    );
    add_text(
        verb,
        "--batches",
        "LIST",
        usual("sizes, the first of each kind of host: the canary", fix.batches),
        fix.batches
    );
    add_text(verb, "-o,--out", "FILE", "the plan (default: plan-ID.json)", fix.out);
    add_state(verb, fix.state_dir);
    regroup(
        verb,
        "Plan",
        {"--fix",
         "--stop-service",
         "--move-rdp",
         "--max-age",
         "--expires",
         "--max-targets",
         "--max-percent",
         "--batches",
         "--out",
         "--state"}
    );
}

// What apply, status and rollback have in common.
inline void add_plan(CLI::App& verb, FixApplyOptions& fix, bool changes) {
    verb.add_option("PLAN", fix.plan, "the file of a plan")->required();
    add_state(verb, fix.state_dir);
    if (!changes) {
        add_choice<bool>(
            verb, "--format", "text or json", fix.json, {{"text", false}, {"json", true}}
        );
        verb.add_flag(
            "--changes", fix.with_changes, "what was there before, and what is there now"
        );
        return;
    }
    add_text(
        verb,
        "--confirm",
        "N:END",
        "how many hosts the plan has, and the last four characters of its id",
        fix.confirm
    );
    add_number(
        verb,
        "--parallel",
        usual("hosts at once", std::to_string(fix.parallel)),
        fix.parallel,
        1,
        1'000
    );
    add_text(verb, "--audit-file", "FILE", "append every remote command here", fix.audit_file);
}

inline void add_order(CLI::App& verb, FixApplyOptions& fix) {
    verb.add_option("PLAN", fix.plan, "the file of a plan")->required();
    add_state(verb, fix.state_dir);
}

inline void add_fix_approve(CLI::App& verb, FixApproveOptions& fix) {
    verb.add_option("PLAN", fix.plan, "the file of a plan")->required();
    add_text(verb, "--key", "FILE", "a private Ed25519 key in PEM, without a passphrase", fix.key);
    add_text(verb, "-o,--out", "FILE", "the signature (default: PLAN.sig)", fix.out);
}

inline void add_fix_apply(CLI::App& verb, FixApplyOptions& fix) {
    verb.add_flag("--resume", fix.resume, "go on with a plan that was begun");
    add_text(
        verb,
        "--acknowledge",
        "REASON",
        "go on although the plan was stopped for it",
        fix.acknowledge
    );
    add_choice<FixApproval>(
        verb,
        "--approve-each",
        "stop and wait for --resume after the canary (default), after each batch, or none",
        fix.approve,
        {{"none", FixApproval::none},
         {"canary", FixApproval::canary},
         {"batch", FixApproval::batch}}
    );
    add_duration(
        verb, "--soak", usual("how long a host must stay well", to_text(fix.soak)), fix.soak
    );
    add_duration(
        verb,
        "--canary-soak",
        usual("the same of the canary", to_text(fix.canary_soak)),
        fix.canary_soak
    );
    verb.add_flag(
        "--despite-sessions",
        fix.despite_sessions,
        "restart TermService though people are logged on"
    );
    add_text(
        verb,
        "--window",
        "TIMES",
        "begin hosts only then: 'Sat 01:00-05:00 Europe/Berlin', 'Mon-Fri 22:00-04:00'",
        fix.window
    );
    add_list(
        verb,
        "--approval",
        "FILE",
        "somebody's signature over the plan (fix approve); may be repeated",
        fix.approvals
    );
    add_text(
        verb,
        "--approvers",
        "FILE",
        "who may approve (default: the file approvers in the state directory, if there)",
        fix.approvers
    );
    add_choice<SnapshotWish>(
        verb,
        "--snapshot",
        "copy the OS disk in Azure before: always, risk (default: before fixes of high risk), "
        "never",
        fix.snapshots,
        {{"always", SnapshotWish::always},
         {"risk", SnapshotWish::risk},
         {"never", SnapshotWish::never}}
    );
    regroup(
        verb,
        "Plan",
        {"--confirm",
         "--approval",
         "--approvers",
         "--snapshot",
         "--window",
         "--resume",
         "--acknowledge",
         "--approve-each",
         "--parallel",
         "--soak",
         "--canary-soak",
         "--despite-sessions",
         "--state",
         "--audit-file"}
    );
}

} // namespace rdpsweep::cli
