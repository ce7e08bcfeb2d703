// fix apply and fix rollback.
#include "core/secret.hpp"
#include "core/text.hpp"
#include "probes/fix/change_script.hpp"
#include "reports/messages/catalogue.hpp"
#include "scanner/fix/application.hpp"
#include "scanner/fix/approver_lists.hpp"
#include "scanner/fix/journal_key.hpp"
#include "scanner/fix/orders.hpp"
#include "scanner/fix/plan_file.hpp"
#include "scanner/fix/plan_origin.hpp"
#include "scanner/fix/status_text.hpp"
#include "scanner/run/recall.hpp"
#include "scanner/store/run_store.hpp"
#include "scanner/system/read_file.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/verbs.hpp"

#include <algorithm>
#include <csignal>
#include <ctime>

namespace rdpsweep {

namespace {

constexpr std::size_t most_signature = 1 << 20;

int refuse(const std::string& what, const std::string& advice) {
    constexpr std::size_t longest = 4000; // with paths in it
    write_err(
        "rdpsweep fix: " + printable(what, longest) + "\n  " + printable(advice, longest) + "\n"
    );
    return exit_usage;
}

// Returns how the hosts were reached when the plan's run was made: inventory, credentials,
// identity.
Result<ScanOptions> options_of(const Plan& plan, const FixApplyOptions& options) {
    auto stored = open_origin(plan, options.state_dir);
    if (!stored) return std::move(stored).error();
    auto read = options_of_run(*stored);
    if (!read) return std::move(read).error();
    auto scan = *std::move(read);
    scan.state_dir = options.state_dir;
    scan.talk = options.talk;
    scan.jobs = options.parallel;
    scan.audit_file = options.audit_file;
    scan.reports.clear();
    scan.resume.clear();
    scan.rerun.clear();
    scan.stats_json.clear();
    // Looking, changing, looking again and soaking take longer than a look.
    constexpr int looks = 4;
    const auto usual = std::chrono::duration_cast<std::chrono::milliseconds>(limits::slow_host);
    scan.deadline =
        scan.deadline.value_or(usual) * looks + std::max(options.soak, options.canary_soak);
    constexpr std::chrono::minutes copying{15}; // of a disk, in Azure
    if (options.snapshots != SnapshotWish::never) *scan.deadline += copying;
    return scan;
}

Risk risk_of(const Plan& plan) {
    Risk risk = Risk::low;
    for (const auto& host : plan.hosts)
        risk = std::max(risk, host.risk);
    return risk;
}

// Where there are lists of approvers, enough of the people in them have to have signed.
int check_approvals(const Plan& plan, const std::string& text, const FixApplyOptions& options) {
    const auto lists =
        read_lists({system_approvers, options.state_dir + "/approvers"}, options.approvers);
    if (!lists) return complain(lists.error(), exit_usage);
    const auto risk = risk_of(plan);
    if (approvals_needed(risk) == 0) return exit_ok;
    const auto account = own_account();
    for (const auto& list : *lists) {
        const auto lack = lack_of_keeping(list, account);
        if (lack) return refuse(lack->what, lack->advice);
    }
    std::vector<std::string> signatures;
    for (const auto& path : options.approvals) {
        auto signature = read_file(path, most_signature);
        if (!signature) return complain(signature.error(), exit_usage);
        signatures.push_back(*std::move(signature));
    }
    const auto people = approved_by(text, signatures, all_people(*lists));
    const auto lack = lack_of_approval(risk, *lists, people);
    return lack ? refuse(lack->what, lack->advice) : static_cast<int>(exit_ok);
}

// Tells whether it is too late to begin hosts of the plan.
bool is_late(const Plan& plan) {
    return std::time(nullptr) > plan.expires;
}

// Returns everything that can be said against it before a host is reached.
int check(const Plan& plan, const FixApplyOptions& options, bool begun) {
    if (plan.script_sha256 != sha256_hex(change_script()))
        return refuse(
            "this version changes hosts by another script than the plan was made for",
            "make a new plan, or use version " + plan.version
        );
    if (options.confirm != phrase_of(plan))
        return refuse(
            "this changes " + std::to_string(plan.hosts.size()) + " hosts",
            "read the plan (rdpsweep fix show), then say --confirm " + phrase_of(plan)
        );
    if (begun && !options.resume)
        return refuse(
            "this plan was begun already", "see: rdpsweep fix status; go on with --resume"
        );
    const auto reason = stop_of(options.state_dir, plan.id);
    if (!reason.empty() && options.acknowledge != reason)
        return refuse(
            "this plan was stopped: " +
                Catalogue::built_in(options.talk.lang).text("fix.stop." + reason),
            "find out why; then go on with --acknowledge " + reason
        );
    if (is_late(plan) && !begun)
        return refuse("the plan has expired", "scan again and make a new one");
    return exit_ok;
}

// Holds the plan against its run. One whose journal names it was believed when it was begun here,
// and stays so: what was changed can be gone on with and undone also by a version that would plan
// otherwise.
Status believe(
    const Plan& plan,
    const std::string& text,
    const Journal& journal,
    const FixApplyOptions& options
) {
    if (journal.names_plan()) return {};
    return hold_against_run(plan, text, options.state_dir);
}

// Makes the window's zone that of the process; call it before there are threads.
bool take_window(const FixApplyOptions& options) {
    if (options.window.empty()) return true;
    const auto window = parse_window(options.window);
    if (window && take_zone(*window)) return true;
    refuse(
        "--window " + options.window +
            (window ? " names no zone that is known here" : " is no window"),
        "for example: --window 'Sat 01:00-05:00 Europe/Berlin', or --window 22:00-04:00"
    );
    return false;
}

bool is_begun(const Journal& journal) {
    const auto& entries = journal.entries();
    return std::any_of(entries.begin(), entries.end(), [](const JournalEntry& entry) {
        return !entry.of_plan;
    });
}

// Writes down that somebody has looked into the stop: the guards count anew from there on. To
// continue also means to have seen that it was ordered to pause.
Status acknowledge(const Plan& plan, const FixApplyOptions& options, Journal& journal) {
    const auto reason = stop_of(options.state_dir, plan.id);
    if (!reason.empty()) {
        JournalEntry entry;
        entry.host = no_host;
        entry.of_plan = PlanWord{reason, {}};
        auto written = journal.append(std::move(entry));
        if (!written) return written;
        forget_stop(options.state_dir, plan.id);
    }
    if (options.resume || !reason.empty()) take_back_order(options.state_dir, plan.id);
    return {};
}

// Returns what stands against applying the plan.
int may_apply(
    const Plan& plan, const std::string& text, const FixApplyOptions& options, Journal& journal
) {
    if (!take_window(options)) return exit_usage;
    if (const int status = check(plan, options, is_begun(journal)); status != exit_ok)
        return status;
    const auto believed = believe(plan, text, journal, options);
    if (!believed) return complain(believed.error(), exit_usage);
    if (const int status = check_approvals(plan, text, options); status != exit_ok) return status;
    const auto taken = acknowledge(plan, options, journal);
    return taken ? static_cast<int>(exit_ok) : complain(taken.error(), exit_failed);
}

// Returns what stands against undoing it. Where nothing was written down, nothing is done.
int may_undo(
    const Plan& plan, const std::string& text, const FixApplyOptions& options, Journal& journal
) {
    if (options.confirm != phrase_of(plan))
        return refuse("this undoes a plan", "say --confirm " + phrase_of(plan));
    if (journal.entries().empty()) return exit_ok;
    const auto believed = believe(plan, text, journal, options);
    return believed ? static_cast<int>(exit_ok) : complain(believed.error(), exit_usage);
}

int run_fix(const FixApplyOptions& options, FixDriver::Direction direction) {
    forbid_core_dumps();
    std::signal(SIGUSR1, SIG_IGN);
    const auto text = read_plan_file(options.plan);
    if (!text) return complain(text.error(), exit_usage);
    auto plan = read_plan(*text);
    if (!plan) return complain(plan.error(), exit_usage);
    auto journal = Journal::open(options.state_dir, journal_key(*plan));
    if (!journal) return complain(journal.error(), exit_usage);
    const bool applies = direction == FixDriver::Direction::apply;
    const int status = applies ? may_apply(*plan, *text, options, *journal)
                               : may_undo(*plan, *text, options, *journal);
    if (status != exit_ok) return status;
    auto scan = options_of(*plan, options);
    if (!scan) return complain(scan.error(), exit_usage);
    const bool only_begun = is_late(*plan);
    Application application(*plan, options, *std::move(scan), *std::move(journal));
    return applies ? application.apply(only_begun) : application.undo();
}

} // namespace

int run_fix_apply(const FixApplyOptions& options) {
    return run_fix(options, FixDriver::Direction::apply);
}

int run_fix_rollback(const FixApplyOptions& options) {
    return run_fix(options, FixDriver::Direction::undo);
}

} // namespace rdpsweep
