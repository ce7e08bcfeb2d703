// Plans, their application and their approval on the command line.
#include "scanner/cli/fix_grammar.hpp"

#include "scanner/cli/binders.hpp"
#include "scanner/cli/run_grammar.hpp"
#include "scanner/talk/duration.hpp"

namespace rdpsweep::cli {

namespace {

// A row an option.
// clang-format off

Option plan_word(std::string& plan) {
    return {"PLAN", "FILE", "a plan's file", word(plan), group::word};
}

Options choice_of_fixes(FixPlanOptions& fix) {
    return {
        {"RUN", "TEXT", "a run's id, the start of an id, last, or last:NAME", word(fix.run), group::word},
        {"--fix", "NAME[,NAME]",
         "plan only these fixes, also for findings that are only at risk (default: every fix for "
         "broken findings, except those that open RDP)",
         list(fix.fixes, Split::commas), group::plan, Preset::never},
        {"--stop-service", "NAME[,NAME]",
         "services that may be stopped and disabled where they hold RDP's port",
         list(fix.stop_services, Split::commas), group::plan, Preset::never},
        {"--move-rdp", "N", "the port that RDP may be moved to where its own port cannot be freed",
         number(fix.move_rdp, {1'024, 65'535}), group::plan, Preset::never},
        {"--open-nsg", "RULE-PRIORITY",
         "in Azure, open that port in the VM's network security groups to the sources that the rule "
         "of the old port has, by a rule of this priority (or the next free one)",
         number(fix.open_nsg, {100, 4'096}), group::plan, Preset::never},
    };
}

Options limits_of_plan(FixPlanOptions& fix) {
    return {
        {"--max-age", "DURATION",
         usual("ignore facts that are older than this", to_text(fix.max_age)),
         duration(fix.max_age), group::plan},
        {"--expires", "DURATION", usual("how long the plan is valid", to_text(fix.life)),
         duration(fix.life), group::plan},
        {"--max-targets", "N", usual("plan at most N hosts", std::to_string(fix.max_targets)),
         number(fix.max_targets, {1, 1'000'000}), group::plan},
        {"--max-percent", "N",
         usual("plan at most N % of the run's inventory", std::to_string(fix.max_percent)),
         number(fix.max_percent, {1, 100}), group::plan},
        {"--batches", "LIST",
         usual("batch sizes; the first batch of each kind of host is the canary", fix.batches),
         text(fix.batches), group::plan},
        {"-o,--out", "FILE", "write the plan to FILE (default: plan-ID.json)",
         text(fix.out), group::plan, Preset::never},
        state_option(fix.state_dir, group::plan),
    };
}

// Returns what apply and rollback have in common.
Options change_options(FixApplyOptions& fix, std::string_view group) {
    return {
        plan_word(fix.plan),
        state_option(fix.state_dir, group),
        {"--confirm", "N:END", "the plan's number of hosts and the last four characters of its id",
         text(fix.confirm), group, Preset::never},
        {"--parallel", "N", usual("hosts at once", std::to_string(fix.parallel)),
         number(fix.parallel, {1, 1'000}), group},
        audit_option(fix.audit_file, group),
    };
}

Options going_on(FixApplyOptions& fix) {
    const auto approve = choice<FixApproval>(
        fix.approve,
        {{"none", FixApproval::none},
         {"canary", FixApproval::canary},
         {"batch", FixApproval::batch}}
    );
    return {
        {"--resume", "", "continue a plan that was started", flag(fix.resume), group::plan, Preset::never},
        {"--acknowledge", "REASON", "continue although the plan was stopped for REASON",
         text(fix.acknowledge), group::plan, Preset::never},
        {"--approve-each", "WORD",
         "when to stop and wait for --resume: canary (default), batch (after each one) or none",
         approve, group::plan, Preset::never},
        {"--soak", "DURATION", usual("how long a host must stay well", to_text(fix.soak)),
         duration(fix.soak), group::plan},
        {"--canary-soak", "DURATION",
         usual("how long the canary must stay well", to_text(fix.canary_soak)),
         duration(fix.canary_soak), group::plan},
    };
}

Options permissions(FixApplyOptions& fix) {
    const auto snapshots = choice<SnapshotWish>(
        fix.snapshots,
        {{"always", SnapshotWish::always},
         {"risk", SnapshotWish::risk},
         {"never", SnapshotWish::never}}
    );
    return {
        {"--despite-sessions", "", "restart TermService even if people are logged on",
         flag(fix.despite_sessions), group::plan, Preset::never},
        {"--window", "TIMES",
         "start hosts only at these times: 'Sat 01:00-05:00 Europe/Berlin', 'Mon-Fri 22:00-04:00'",
         text(fix.window), group::plan},
        {"--approval", "FILE",
         "an approver's signature over the plan (see fix approve); may be repeated",
         list(fix.approvals), group::plan, Preset::never},
        {"--approvers", "FILE",
         "a list of approvers, besides /etc/rdpsweep/approvers and the state directory's",
         text(fix.approvers), group::plan},
        {"--snapshot", "WORD",
         "copy the OS disk in Azure first: always, risk (default: before high-risk fixes) or "
         "never",
         snapshots, group::plan, Preset::never},
    };
}

} // namespace

Options fix_plan_options(FixPlanOptions& fix, const CliNames&) {
    auto options = choice_of_fixes(fix);
    append(options, limits_of_plan(fix));
    return options;
}

Options fix_show_options(FixShowOptions& fix, const CliNames&) {
    return {plan_word(fix.plan), state_option(fix.state_dir, group::talk)};
}

Options fix_apply_options(FixApplyOptions& fix, const CliNames&) {
    auto options = change_options(fix, group::plan);
    append(options, going_on(fix));
    append(options, permissions(fix));
    return options;
}

Options fix_rollback_options(FixApplyOptions& fix, const CliNames&) {
    return change_options(fix, group::talk);
}

Options fix_status_options(FixStatusOptions& fix, const CliNames&) {
    return {
        plan_word(fix.plan),
        state_option(fix.state_dir, group::talk),
        {"--format", "WORD", "text or json",
         choice<bool>(fix.json, {{"text", false}, {"json", true}}), group::talk},
        {"--changes", "", "also print what was there before and what is there now",
         flag(fix.with_changes), group::talk},
    };
}

Options fix_order_options(FixOrderOptions& fix, const CliNames&) {
    return {plan_word(fix.plan), state_option(fix.state_dir, group::talk)};
}

Options fix_approve_options(FixApproveOptions& fix, const CliNames&) {
    return {
        plan_word(fix.plan),
        state_option(fix.state_dir, group::talk),
        {"--key", "FILE", "a private Ed25519 key in PEM, without a passphrase",
         text(fix.key), group::talk, Preset::never},
        {"-o,--out", "FILE", "write the signature to FILE (default: PLAN.sig)",
         text(fix.out), group::talk, Preset::never},
    };
}

// clang-format on

} // namespace rdpsweep::cli
