// fix apply, rollback and approve.
#include "core/secret.hpp"
#include "core/text.hpp"
#include "probes/fix/change_script.hpp"
#include "reports/messages/catalogue.hpp"
#include "scanner/fix/application.hpp"
#include "scanner/fix/approval.hpp"
#include "scanner/fix/orders.hpp"
#include "scanner/fix/plan_file.hpp"
#include "scanner/fix/status_text.hpp"
#include "scanner/run/recall.hpp"
#include "scanner/store/new_file.hpp"
#include "scanner/store/run_store.hpp"
#include "scanner/store/state_folder.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/verbs.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace rdpsweep {

namespace {

int refuse(const std::string& what, const std::string& advice) {
    write_err("rdpsweep fix: " + what + "\n  " + advice + "\n");
    return exit_usage;
}

// Returns how the hosts were reached when the plan's run was made: inventory, credentials,
// identity.
Result<ScanOptions> options_of(const Plan& plan, const FixApplyOptions& options) {
    auto stored = StoredRun::open(options.state_dir, plan.run);
    if (!stored) return std::move(stored).error();
    auto read = options_of_run(*stored);
    if (!read) return std::move(read).error();
    if (!*read) {
        return Error(
            Phase::config,
            Errc::unsupported,
            "the command line of run " + plan.run + " is not known"
        );
    }
    auto scan = **std::move(read);
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

Result<std::string> read_small(const std::string& path) {
    constexpr std::uintmax_t most = 1 << 20;
    std::error_code code;
    const auto size = std::filesystem::file_size(path, code);
    std::ifstream file(path, std::ios::binary);
    if (code || !file || size > most)
        return Error(Phase::config, Errc::local_limit, "cannot read " + path);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<std::string> read_of_state(const FixApplyOptions& options, const char* name) {
    constexpr std::size_t most = 1 << 20;
    const auto folder = StateFolder::open(options.state_dir, IfMissing::fail);
    if (!folder) return folder.error();
    return folder->read(name, most);
}

Risk risk_of(const Plan& plan) {
    Risk risk = Risk::low;
    for (const auto& host : plan.hosts)
        risk = std::max(risk, host.risk);
    return risk;
}

// Where there is a list of approvers, enough of them have to have signed.
int check_approvals(const Plan& plan, const std::string& text, const FixApplyOptions& options) {
    auto list = options.approvers;
    if (list.empty()) list = options.state_dir + "/approvers";
    const auto listed =
        options.approvers.empty() ? read_of_state(options, "approvers") : read_small(list);
    if (options.approvers.empty() && !listed && listed.error().code() == Errc::not_found)
        return exit_ok;
    if (!listed) return complain(listed.error(), exit_usage);
    const auto approvers = read_approvers(*listed);
    if (!approvers) return complain(approvers.error(), exit_usage);
    std::vector<std::string> signatures;
    for (const auto& path : options.approvals) {
        auto signature = read_small(path);
        if (!signature) return complain(signature.error(), exit_usage);
        signatures.push_back(*std::move(signature));
    }
    std::string names;
    const auto people = approved_by(text, signatures, *approvers);
    for (const auto& name : people)
        names += (names.empty() ? "" : ", ") + printable(name, 100);
    const auto needed = approvals_needed(risk_of(plan));
    if (people.size() >= needed) return exit_ok;
    return refuse(
        "a plan of " + std::string(to_string(risk_of(plan))) + " risk takes the approval of " +
            std::to_string(needed) + " of those in " + list +
            "; given: " + (names.empty() ? "none" : names),
        "let them read and sign it (rdpsweep fix approve), then say --approval FILE for each"
    );
}

// Returns everything that can be said against it before a host is reached.
int check(const Plan& plan, const FixApplyOptions& options, bool begun, bool& only_begun) {
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
    only_begun = std::time(nullptr) > plan.expires;
    if (only_begun && !begun)
        return refuse("the plan has expired", "scan again and make a new one");
    return exit_ok;
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

int run_fix(const FixApplyOptions& options, FixDriver::Direction direction) {
    forbid_core_dumps();
    std::signal(SIGUSR1, SIG_IGN);
    Speaker speaker(options.talk.quiet);
    const auto text = read_plan_file(options.plan);
    if (!text) return speaker.fail(text.error(), exit_usage);
    auto plan = read_plan(*text);
    if (!plan) return speaker.fail(plan.error(), exit_usage);
    auto journal = Journal::open(options.state_dir, {plan->id, plan_digest(*plan)});
    if (!journal) return speaker.fail(journal.error(), exit_usage);
    bool only_begun = false;
    if (direction == FixDriver::Direction::apply) {
        if (!take_window(options)) return exit_usage;
        const int status = check(*plan, options, is_begun(*journal), only_begun);
        if (status != exit_ok) return status;
        if (const int short_of = check_approvals(*plan, *text, options); short_of != exit_ok)
            return short_of;
        const auto taken = acknowledge(*plan, options, *journal);
        if (!taken) return speaker.fail(taken.error(), exit_failed);
    } else if (options.confirm != phrase_of(*plan)) {
        return refuse("this undoes a plan", "say --confirm " + phrase_of(*plan));
    }
    auto scan = options_of(*plan, options);
    if (!scan) return speaker.fail(scan.error(), exit_usage);
    Application application(*plan, options, *std::move(scan), *std::move(journal));
    return direction == FixDriver::Direction::apply ? application.apply(only_begun)
                                                    : application.undo();
}

} // namespace

int run_fix_apply(const FixApplyOptions& options) {
    return run_fix(options, FixDriver::Direction::apply);
}

int run_fix_rollback(const FixApplyOptions& options) {
    return run_fix(options, FixDriver::Direction::undo);
}

int run_fix_approve(const FixApproveOptions& options) {
    forbid_core_dumps();
    const auto text = read_plan_file(options.plan);
    if (!text) return complain(text.error(), exit_usage);
    const auto plan = read_plan(*text);
    if (!plan) return complain(plan.error(), exit_usage);
    if (options.key.empty())
        return refuse("whose approval is it?", "--key FILE names a private Ed25519 key");
    const auto key = read_small(options.key);
    if (!key) return complain(key.error(), exit_usage);
    const auto signature = sign_plan(*text, *key);
    if (!signature) return complain(signature.error(), exit_usage);
    const auto path = options.out.empty() ? options.plan + ".sig" : options.out;
    constexpr mode_t for_readers = 0644;
    auto file = NewFile::beside(path, for_readers);
    auto written = file ? file->write(*signature) : Status(file.error());
    if (written) written = file->publish();
    if (!written) return complain(written.error(), exit_failed);
    write_err("rdpsweep: signed plan " + plan->id + ": " + path + "\n");
    return exit_ok;
}

} // namespace rdpsweep
