// Applies a plan batch by batch, tells how each batch went, and stops where the guards say so.
#include "scanner/fix/application.hpp"

#include "probes/fix/change_script.hpp"
#include "reports/messages/catalogue.hpp"
#include "scanner/fix/azure_guard.hpp"
#include "scanner/fix/control.hpp"
#include "scanner/fix/fix_run.hpp"
#include "scanner/fix/orders.hpp"
#include "scanner/run/sweep_run.hpp"
#include "scanner/talk/exit_status.hpp"

#include <map>
#include <numeric>
#include <set>
#include <unistd.h>

namespace rdpsweep {

namespace {

int status_of(const FixDriver& driver, bool stopped, int signal_status) {
    if (driver.count(FixStage::rollback_failed) > 0) return exit_fix_page;
    if (stopped) return exit_fix_stopped;
    if (driver.count(FixStage::rolled_back) > 0) return exit_fix_undone;
    return signal_status;
}

// Tells whether a reason needs no acknowledgement: a window opens again, and a paused plan
// continues.
bool is_only_later(std::string_view reason) {
    return reason == window_closed || reason == paused_by_order;
}

} // namespace

Application::Application(
    const Plan& plan, const FixApplyOptions& options, ScanOptions scan, Journal journal
)
    : plan_(plan), options_(options), window_(parse_window(options.window)), scan_(std::move(scan)),
      journal_(std::move(journal)), collector_(built_in_collector(true)),
      changer_("change.ps1", change_script(), Script::Effect::changes_host),
      services_{
          .collector = collector_, .changer = changer_, .journal = journal_, .policy = Policy()},
      speaker_(options.talk.quiet), out_(standard_output("stdout", STDOUT_FILENO)) {
    services_.say_host = [this](const TerminalText& line) { out_.write(line); };
    services_.choices = plan.choices;
    services_.despite_sessions = options.despite_sessions;
    services_.window = window_ ? &*window_ : nullptr;
    services_.state_dir = options.state_dir;
    services_.plan_id = plan.id;
    services_.snapshots = options.snapshots;
}

int Application::apply(bool only_begun) {
    return told(apply_batches(only_begun));
}

int Application::undo() {
    return told(undo_all());
}

// Says it where a reader did not get what became of the hosts. That is a failure of ours, and
// nothing against what the status says of them.
int Application::told(int status) {
    speaker_.catch_up(); // a batch may have ended before its sweep began
    out_.flush(speaker_.patience());
    auto failure = out_.failure();
    if (!failure) return status;
    speaker_.fail(std::move(*failure).with_hint("rdpsweep fix status"), exit_failed);
    return status == exit_ok ? int{exit_failed} : status;
}

int Application::apply_batches(bool only_begun) {
    services_.stale = only_begun;
    FixDriver driver(plan_, services_, FixDriver::Direction::apply);
    for (std::size_t number = 0; number < plan_.batches.size(); ++number) {
        const auto left = driver.left_of(plan_.batches[number], only_begun);
        driver.begin_batch(number, left);
        if (left.empty()) {
            // An earlier process may have been killed before it could stop.
            if (const auto reason = driver.went_bad()) return stop(driver, *reason);
            continue;
        }
        services_.soak = number < plan_.canaries ? options_.canary_soak : options_.soak;
        // Also before the first: it may have been ordered meanwhile.
        if (const auto reason = driver.stop_reason()) return stop(driver, *reason);
        const int status = visit(driver);
        if (status != exit_ok) return status_of(driver, false, status);
        if (const auto reason = driver.stop_reason()) return stop(driver, *reason);
        const bool pauses = pauses_after(options_.approve, number, plan_.canaries);
        if (pauses && anything_left(driver, number, only_begun)) {
            speaker_.say(
                "rdpsweep: paused after batch " + printable(number + 1) +
                ": go on with fix apply --resume\n"
            );
            break;
        }
    }
    return status_of(driver, false, exit_ok);
}

int Application::undo_all() {
    FixDriver driver(plan_, services_, FixDriver::Direction::undo);
    std::vector<std::size_t> all(plan_.hosts.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    const auto left = driver.left_of(all, false);
    if (left.empty()) {
        speaker_.say("rdpsweep: nothing of this plan is to be undone\n");
        return exit_ok;
    }
    driver.begin_batch(plan_.batches.size(), left);
    const int status = visit(driver);
    if (driver.count(FixStage::rollback_failed) > 0) return exit_fix_page;
    if (!driver.left_of(all, false).empty()) return exit_fix_page;
    return status;
}

int Application::stop(const FixDriver& driver, std::string_view reason) {
    auto kept = Status();
    if (!is_only_later(reason))
        kept = keep_stop(options_.state_dir, plan_.id, reason.substr(reason.rfind('.') + 1));
    const auto& messages = Catalogue::built_in(options_.talk.lang);
    speaker_.say("rdpsweep: stopped: " + printable(messages.text(std::string(reason))) + "\n");
    if (!kept) return speaker_.fail(kept.error(), exit_failed);
    return status_of(driver, true, exit_ok);
}

bool pauses_after(FixApproval approve, std::size_t number, std::size_t canaries) noexcept {
    return approve == FixApproval::batch ||
           (approve == FixApproval::canary && number + 1 == canaries);
}

bool Application::anything_left(const FixDriver& driver, std::size_t number, bool only_begun)
    const {
    for (std::size_t next = number + 1; next < plan_.batches.size(); ++next) {
        if (!driver.left_of(plan_.batches[next], only_begun).empty()) return true;
    }
    return false;
}

int Application::visit(FixDriver& driver) {
    auto setup = set_up(scan_, &driver, speaker_);
    if (!setup) return speaker_.leave(setup.end());
    announce(*setup, speaker_);
    std::optional<AzureGuard> guard;
    if (auto* arm = setup->ways->arm(); arm != nullptr) guard.emplace(*arm);
    services_.guard = guard ? &*guard : nullptr;
    services_.outside = scan_.handshake ? &setup->ways->outside() : nullptr;
    const int status = visit_guarded(driver, *setup);
    services_.guard = nullptr; // neither outlives the run
    services_.outside = nullptr;
    return status;
}

// The VMs that the plan does not touch are looked at before a process's first batch and after each.
int Application::visit_guarded(FixDriver& driver, RunSetup& setup) {
    const auto controls = controls_of(driver, setup);
    const auto before = driver.has_looked() ? Status() : look_at(controls, driver, setup);
    if (!before) return speaker_.fail(before.error(), exit_failed);
    FixRun batch(driver, out_);
    SweepRun run(setup, batch, speaker_);
    const auto swept = run.sweep();
    if (!swept) return speaker_.fail(swept.error(), exit_failed);
    const auto after = look_at(controls, driver, setup);
    if (!after) return speaker_.fail(after.error(), exit_failed);
    return run.conclude();
}

Status
Application::look_at(const std::vector<Target>& controls, FixDriver& driver, RunSetup& setup) {
    if (controls.empty()) return {};
    std::vector<bool> before;
    for (const auto& control : controls) {
        const auto was = driver.controls_before().find(control.id);
        before.push_back(was == driver.controls_before().end() || was->second);
    }
    const auto now = see_who_answers(setup.ways->outside(), controls, before, setup.ways->lane());
    std::map<std::string, bool> answers;
    for (std::size_t i = 0; i < controls.size(); ++i)
        answers.emplace(controls[i].id, now[i]);
    return driver.take_controls(std::move(answers));
}

// Returns the control VMs: those that an earlier process looked at, else some that are chosen now.
// None where no VM is looked at from here. Undoing goes on whatever happens to others.
std::vector<Target> Application::controls_of(const FixDriver& driver, const RunSetup& setup) const {
    if (!scan_.handshake || driver.undoes()) return {};
    std::set<std::string_view> planned;
    for (const auto& host : plan_.hosts)
        planned.insert(host.id);
    std::vector<Target> others;
    for (const auto& target : setup.left_out) {
        if (planned.count(target.id) == 0) others.push_back(target);
    }
    const auto& known = driver.controls_before();
    if (known.empty()) return controls_among(others, plan_.id);
    std::erase_if(others, [&known](const Target& one) { return !known.contains(one.id); });
    return others;
}

} // namespace rdpsweep
