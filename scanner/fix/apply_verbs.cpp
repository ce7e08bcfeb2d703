// fix apply, fix rollback and fix status.
#include "core/secret.hpp"
#include "core/text.hpp"
#include "probes/fix/change_script.hpp"
#include "reports/messages/catalogue.hpp"
#include "scanner/cli/names.hpp"
#include "scanner/cli/talk.hpp"
#include "scanner/cli/verbs.hpp"
#include "scanner/exit_status.hpp"
#include "scanner/fix/driver.hpp"
#include "scanner/fix/plan_file.hpp"
#include "scanner/fix/status_json.hpp"
#include "scanner/sweep_run.hpp"

#include <csignal>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <numeric>

namespace rdpsweep {

namespace {

// "37:9F3K": how many hosts, and the end of the plan's id. Typing it takes a look at the plan.
std::string phrase_of(const Plan& plan) {
    constexpr std::size_t shown = 4;
    const auto id = plan.id.substr(plan.id.size() - std::min(plan.id.size(), shown));
    return std::to_string(plan.hosts.size()) + ":" + id;
}

std::string stop_file(const std::string& state_dir, const std::string& plan_id) {
    return state_dir + "/plans/" + plan_id + "/stopped";
}

int refuse(const std::string& what, const std::string& advice) {
    write_err("rdpsweep fix: " + what + "\n  " + advice + "\n");
    return exit_usage;
}

// How the hosts were reached when the plan's run was made: inventory, credentials, identity.
Result<ScanOptions> options_of(const Plan& plan, const FixApplyOptions& options) {
    auto stored = StoredRun::open(options.state_dir, plan.run);
    if (!stored) return std::move(stored).error();
    auto line = parse_command_line(stored->run().args, cli_names());
    if (line.exit) {
        return Error(
            Phase::config,
            Errc::unsupported,
            "the command line of run " + plan.run + " is not known"
        );
    }
    auto scan = std::move(line.scan);
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
    return scan;
}

int status_of(const FixDriver& driver, bool stopped, int signal_status) {
    if (driver.count(FixStage::rollback_failed) > 0) return exit_fix_page;
    if (stopped) return exit_fix_stopped;
    if (driver.count(FixStage::rolled_back) > 0) return exit_fix_undone;
    return signal_status;
}

class Application {
public:
    Application(const Plan& plan, const FixApplyOptions& options, ScanOptions scan, Journal journal)
        : plan_(plan), options_(options), window_(parse_window(options.window)),
          scan_(std::move(scan)), journal_(std::move(journal)),
          collector_("collector.ps1", collector_script(), Script::Effect::read_only),
          changer_("change.ps1", change_script(), Script::Effect::changes_host),
          services_{
              collector_,
              std::string(R"({"profile":"full","handshake":true,"event_hours":24})"),
              std::string(R"({"profile":"lean","handshake":true,"event_hours":24})"),
              changer_,
              journal_,
              Policy(),
              nullptr,
              {},
              plan.choices,
              options.despite_sessions,
              window_ ? &*window_ : nullptr} {}

    int apply(bool only_begun) {
        FixDriver driver(plan_, services_, FixDriver::Way::apply);
        for (std::size_t number = 0; number < plan_.batches.size(); ++number) {
            const auto left = driver.left_of(plan_.batches[number], only_begun);
            if (left.empty()) continue;
            services_.soak = number == 0 ? options_.canary_soak : options_.soak;
            if (driver.stop_reason() == window_closed) return stop(driver, window_closed);
            const int status = visit(driver, number, left);
            if (status != exit_ok) return status_of(driver, false, status);
            if (const auto reason = driver.stop_reason()) return stop(driver, *reason);
            if (pauses_after(number) && anything_left(driver, number, only_begun)) {
                write_err(
                    "rdpsweep: paused after batch " + std::to_string(number + 1) +
                    ": go on with fix apply --resume\n"
                );
                break;
            }
        }
        // What was acknowledged is over: the plan got on without it.
        std::remove(stop_file(options_.state_dir, plan_.id).c_str());
        return status_of(driver, false, exit_ok);
    }

    int undo() {
        FixDriver driver(plan_, services_, FixDriver::Way::undo);
        std::vector<std::size_t> all(plan_.hosts.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        const auto left = driver.left_of(all, false);
        if (left.empty()) {
            write_err("rdpsweep: nothing of this plan is to be undone\n");
            return exit_ok;
        }
        const int status = visit(driver, 1, left);
        if (driver.count(FixStage::rollback_failed) > 0) return exit_fix_page;
        if (!driver.left_of(all, false).empty()) return exit_fix_page;
        return status;
    }

private:
    // A window that closes needs no word about it: the plan goes on in the next one.
    int stop(const FixDriver& driver, std::string_view reason) {
        if (reason != window_closed) keep_stop(reason);
        const auto& messages = Catalogue::built_in(options_.talk.lang);
        write_err("rdpsweep: stopped: " + messages.text(std::string(reason)) + "\n");
        return status_of(driver, true, exit_ok);
    }

    // Going on after a stop takes a word about it.
    void keep_stop(std::string_view reason) {
        std::ofstream(stop_file(options_.state_dir, plan_.id))
            << reason.substr(reason.rfind('.') + 1);
    }

    bool pauses_after(std::size_t number) const {
        return options_.approve == FixApproval::batch ||
               (options_.approve == FixApproval::canary && number == 0);
    }

    bool anything_left(const FixDriver& driver, std::size_t number, bool only_begun) const {
        for (std::size_t next = number + 1; next < plan_.batches.size(); ++next) {
            if (!driver.left_of(plan_.batches[next], only_begun).empty()) return true;
        }
        return false;
    }

    int visit(FixDriver& driver, std::size_t number, const std::vector<std::size_t>& hosts) {
        driver.begin_batch(number, hosts);
        SweepRun run(scan_, VisitKind::fix, &driver, &services_);
        if (const int status = run.prepare(); status != exit_ok) return status;
        if (const int status = run.sweep(); status != exit_ok) return status;
        return run.conclude();
    }

    const Plan& plan_;
    const FixApplyOptions& options_;
    std::optional<MaintenanceWindow> window_;
    ScanOptions scan_;
    Journal journal_;
    Script collector_;
    Script changer_;
    FixServices services_;
};

// Everything that can be said against it before a host is reached.
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
    std::string reason;
    std::ifstream(stop_file(options.state_dir, plan.id)) >> reason;
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

// Before there are threads: its zone becomes that of the process.
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

int run_fix(const FixApplyOptions& options, FixDriver::Way way) {
    forbid_core_dumps();
    std::signal(SIGUSR1, SIG_IGN);
    auto plan = load_plan(options.plan);
    if (!plan) return complain(plan.error(), exit_usage);
    auto journal = Journal::open(options.state_dir, plan->id);
    if (!journal) return complain(journal.error(), exit_usage);
    bool only_begun = false;
    if (way == FixDriver::Way::apply) {
        if (!take_window(options)) return exit_usage;
        const int status = check(*plan, options, !journal->entries().empty(), only_begun);
        if (status != exit_ok) return status;
    } else if (options.confirm != phrase_of(*plan)) {
        return refuse("this undoes a plan", "say --confirm " + phrase_of(*plan));
    }
    auto scan = options_of(*plan, options);
    if (!scan) return complain(scan.error(), exit_usage);
    Application application(*plan, options, *std::move(scan), *std::move(journal));
    return way == FixDriver::Way::apply ? application.apply(only_begun) : application.undo();
}

} // namespace

int run_fix_apply(const FixApplyOptions& options) {
    return run_fix(options, FixDriver::Way::apply);
}

int run_fix_rollback(const FixApplyOptions& options) {
    return run_fix(options, FixDriver::Way::undo);
}

int run_fix_status(const FixApplyOptions& options) {
    auto plan = load_plan(options.plan);
    if (!plan) return complain(plan.error(), exit_usage);
    auto entries = Journal::read(options.state_dir, plan->id);
    if (!entries) return complain(entries.error(), exit_failed);
    const auto text = options.json ? status_json(*plan, *entries) : show_stages(*plan, *entries);
    return write_out(text) ? exit_ok : exit_failed;
}

} // namespace rdpsweep
