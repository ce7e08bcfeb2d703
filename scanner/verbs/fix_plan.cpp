// fix plan RUN and fix show PLAN: nothing here reaches a host.
#include "core/text.hpp"
#include "reports/messages/catalogue.hpp"
#include "scanner/fix/plan.hpp"
#include "scanner/fix/plan_file.hpp"
#include "scanner/fix/plan_origin.hpp"
#include "scanner/run/recall.hpp"
#include "scanner/store/plan_notes.hpp"
#include "scanner/store/run_store.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/verbs.hpp"

#include <algorithm>
#include <ctime>

namespace rdpsweep {

namespace {

int unknown_fix(const std::string& name) {
    std::vector<std::string_view> known;
    TerminalText all = "known";
    for (const auto& fix : all_fixes()) {
        all += known.empty() ? TerminalText(": ") : TerminalText(", ");
        all += printable(fix.id);
        known.push_back(fix.id);
    }
    const auto near = nearest(name, known);
    write_err(
        "rdpsweep fix plan: no such fix: " + in_quotes(name) + "\n  " +
        (near ? "did you mean " + printable(*near) + "?" : all) + "\n"
    );
    return exit_usage;
}

// Runs are cut short and damaged; a plan from one says so.
void warn_of_gaps(const StoredRun& stored) {
    if (!stored.ended())
        write_err("rdpsweep: that run was not finished: what it did not reach is not in the plan\n"
        );
    if (stored.damaged() > 0)
        write_err("rdpsweep: " + printable(stored.damaged()) + " damaged records left out\n");
}

// Returns how many hosts cannot be told from another.
std::ptrdiff_t count_alike(const Plan& plan) {
    return std::count_if(plan.skipped.begin(), plan.skipped.end(), [](const PlanSkip& skip) {
        return skip.why.key == "fix.refused.same_windows";
    });
}

TerminalText advice(const Plan& plan, const std::string& path) {
    if (plan.hosts.empty()) return "\nNothing to do: no plan was written.\n";
    return "\nWritten to " + printable(path, 1000) + ". Read it: every change stands above.\n";
}

PlanWishes wishes_of(const FixPlanOptions& options) {
    PlanWishes wishes;
    wishes.fixes = options.fixes;
    wishes.choices.stop_services = options.stop_services;
    wishes.choices.move_rdp = static_cast<std::uint16_t>(options.move_rdp);
    wishes.choices.open_nsg = static_cast<std::uint16_t>(options.open_nsg);
    wishes.max_age = std::chrono::duration_cast<std::chrono::seconds>(options.max_age);
    wishes.life = std::chrono::duration_cast<std::chrono::seconds>(options.life);
    wishes.max_targets = options.max_targets;
    wishes.max_percent = options.max_percent;
    wishes.batches = parse_batches(options.batches).value_or(std::vector<BatchSize>());
    return wishes;
}

// Returns what is wrong with the options taken together.
int check_options(const FixPlanOptions& options) {
    for (const auto& name : options.fixes) {
        if (find_fix(name) == nullptr) return unknown_fix(name);
    }
    if (!parse_batches(options.batches)) {
        write_err(
            "rdpsweep fix plan: " + in_quotes(options.batches) +
            " is no schedule\n  write numbers and percentages: " + printable(usual_batches) + "\n"
        );
        return exit_usage;
    }
    if (options.open_nsg != 0 && options.move_rdp == 0) {
        write_err("rdpsweep fix plan: --open-nsg opens the port of --move-rdp, which is not given\n"
        );
        return exit_usage;
    }
    return exit_ok;
}

} // namespace

int run_fix_plan(const FixPlanOptions& options) {
    if (const int status = check_options(options); status != exit_ok) return status;
    auto stored = StoredRun::open(options.state_dir, options.run);
    if (!stored) return complain(stored.error(), exit_usage);
    // How its hosts were reached: without it no plan of theirs could be applied.
    const auto reached = options_of_run(*stored);
    if (!reached) return complain(reached.error(), exit_usage);
    const auto wishes = wishes_of(options);
    auto plan = make_plan(stored->run(), *stored, wishes, std::time(nullptr));
    if (!plan && plan.error().phase() == Phase::internal)
        return complain(plan.error(), exit_accounting);
    if (!plan) return complain(plan.error(), exit_usage);
    warn_of_gaps(*stored);
    const auto& messages = Catalogue::built_in(options.talk.lang);
    const auto say = [&messages](const Message& message) { return messages.say(message); };
    const auto path = options.out.empty() ? "plan-" + plan->id + ".json" : options.out;
    if (!plan->hosts.empty()) {
        auto written = write_plan(path, *plan);
        if (!written) return complain(written.error(), exit_failed);
        // So that the run is not pruned while the plan may want it.
        const auto noted = note_plan(options.state_dir, plan->run, plan->id, plan->expires);
        if (!noted) complain(noted.error(), exit_failed);
    }
    const auto alike = count_alike(*plan);
    if (!write_out(show_plan(*plan, say) + advice(*plan, path))) return exit_failed;
    if (alike == 0) return exit_ok;
    write_err(
        "rdpsweep: " + printable(alike) +
        (alike == 1 ? TerminalText(" VM was") : TerminalText(" VMs were")) +
        " left out: each answers as the same Windows as another one\n"
    );
    return exit_incomplete;
}

int run_fix_show(const FixShowOptions& options) {
    const auto file = read_plan_file(options.plan);
    if (!file) return complain(file.error(), exit_usage);
    auto plan = read_plan(*file);
    if (!plan) return complain(plan.error(), exit_usage);
    const auto held = hold_against_run(*plan, *file, options.state_dir);
    const bool here = held || held.error().code() != Errc::not_found;
    if (!held && here) return complain(held.error(), exit_usage);
    const auto& messages = Catalogue::built_in(options.talk.lang);
    const auto say = [&messages](const Message& message) { return messages.say(message); };
    auto text = show_plan(*plan, say);
    if (std::time(nullptr) > plan->expires) text += "\nThis plan has expired.\n";
    if (!here) write_err(not_held_note(*plan, options.state_dir));
    return write_out(text) ? exit_ok : exit_failed;
}

} // namespace rdpsweep
