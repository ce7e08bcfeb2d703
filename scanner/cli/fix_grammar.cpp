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
    return {"PLAN", "TEXT", "the file of a plan", word(plan), group::word};
}

Options choice_of_fixes(FixPlanOptions& fix) {
    return {
        {"RUN", "TEXT", "a run's id, the start of one, or last", word(fix.run), group::word},
        {"--fix", "NAME[,NAME]",
         "only these fixes, and then also for what is only at risk (default: for what is broken, "
         "none that opens RDP)",
         list(fix.fixes, Split::commas), group::plan},
        {"--stop-service", "NAME[,NAME]",
         "services that may be stopped and disabled where they hold RDP's port",
         list(fix.stop_services, Split::commas), group::plan},
        {"--move-rdp", "N", "the port RDP may be moved to where its own cannot be freed",
         number(fix.move_rdp, {1'024, 65'535}), group::plan},
    };
}

Options limits_of_plan(FixPlanOptions& fix) {
    return {
        {"--max-age", "DURATION", usual("oldest facts to go by", to_text(fix.max_age)),
         duration(fix.max_age), group::plan},
        {"--expires", "DURATION", usual("how long the plan is good", to_text(fix.life)),
         duration(fix.life), group::plan},
        {"--max-targets", "N", usual("hosts at most", std::to_string(fix.max_targets)),
         number(fix.max_targets, {1, 1'000'000}), group::plan},
        {"--max-percent", "N",
         usual("hosts at most, of the run's inventory", std::to_string(fix.max_percent)),
         number(fix.max_percent, {1, 100}), group::plan},
        {"--batches", "LIST",
         usual("sizes, the first of each kind of host: the canary", fix.batches),
         text(fix.batches), group::plan},
        {"-o,--out", "FILE", "the plan (default: plan-ID.json)", text(fix.out), group::plan},
        state_option(fix.state_dir, group::plan),
    };
}

// What apply and rollback have in common.
Options change_options(FixApplyOptions& fix, std::string_view group) {
    return {
        plan_word(fix.plan),
        state_option(fix.state_dir, group),
        {"--confirm", "N:END",
         "how many hosts the plan has, and the last four characters of its id",
         text(fix.confirm), group},
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
        {"--resume", "", "go on with a plan that was begun", flag(fix.resume), group::plan},
        {"--acknowledge", "REASON", "go on although the plan was stopped for it",
         text(fix.acknowledge), group::plan},
        {"--approve-each", "WORD",
         "stop and wait for --resume after the canary (default), after each batch, or none",
         approve, group::plan},
        {"--soak", "DURATION", usual("how long a host must stay well", to_text(fix.soak)),
         duration(fix.soak), group::plan},
        {"--canary-soak", "DURATION", usual("the same of the canary", to_text(fix.canary_soak)),
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
        {"--despite-sessions", "", "restart TermService though people are logged on",
         flag(fix.despite_sessions), group::plan},
        {"--window", "TIMES",
         "begin hosts only then: 'Sat 01:00-05:00 Europe/Berlin', 'Mon-Fri 22:00-04:00'",
         text(fix.window), group::plan},
        {"--approval", "FILE", "somebody's signature over the plan (fix approve); may be repeated",
         list(fix.approvals), group::plan},
        {"--approvers", "FILE",
         "who may approve (default: the file approvers in the state directory, if there)",
         text(fix.approvers), group::plan},
        {"--snapshot", "WORD",
         "copy the OS disk in Azure before: always, risk (default: before fixes of high risk), "
         "never",
         snapshots, group::plan},
    };
}

} // namespace

Options fix_plan_options(FixPlanOptions& fix, const CliNames&) {
    auto options = choice_of_fixes(fix);
    append(options, limits_of_plan(fix));
    return options;
}

Options fix_show_options(FixShowOptions& fix, const CliNames&) {
    return {plan_word(fix.plan)};
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
        {"--changes", "", "what was there before, and what is there now",
         flag(fix.with_changes), group::talk},
    };
}

Options fix_order_options(FixOrderOptions& fix, const CliNames&) {
    return {plan_word(fix.plan), state_option(fix.state_dir, group::talk)};
}

Options fix_approve_options(FixApproveOptions& fix, const CliNames&) {
    return {
        plan_word(fix.plan),
        {"--key", "FILE", "a private Ed25519 key in PEM, without a passphrase",
         text(fix.key), group::talk},
        {"-o,--out", "FILE", "the signature (default: PLAN.sig)", text(fix.out), group::talk},
    };
}

// clang-format on

} // namespace rdpsweep::cli
