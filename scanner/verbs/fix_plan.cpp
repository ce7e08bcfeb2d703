// fix plan RUN and fix show PLAN: nothing here reaches a host.
#include "core/text.hpp"
#include "reports/messages/catalogue.hpp"
#include "scanner/fix/plan.hpp"
#include "scanner/fix/plan_file.hpp"
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
    std::string all;
    for (const auto& fix : all_fixes()) {
        known.push_back(fix.id);
        all += (all.empty() ? "known: " : ", ") + std::string(fix.id);
    }
    const auto near = nearest(name, known);
    write_err(
        "rdpsweep fix plan: no such fix: " + in_quotes(name) + "\n  " +
        (near ? "did you mean " + std::string(*near) + "?" : all) + "\n"
    );
    return exit_usage;
}

// Runs are cut short and damaged; a plan from one says so.
void warn_of_gaps(const StoredRun& stored) {
    if (!stored.complete())
        write_err("rdpsweep: that run was not finished: what it did not reach is not in the plan\n"
        );
    if (stored.damaged() > 0)
        write_err("rdpsweep: " + std::to_string(stored.damaged()) + " damaged records left out\n");
}

std::string advice(const Plan& plan, const std::string& path) {
    if (plan.hosts.empty()) return "\nNothing to do: no plan was written.\n";
    return "\nWritten to " + printable(path, 1000) + ". Read it: every change stands above.\n";
}

PlanWishes wishes_of(const FixPlanOptions& options, const std::vector<BatchSize>& schedule) {
    PlanWishes wishes;
    wishes.fixes = options.fixes;
    wishes.choices.stop_services = options.stop_services;
    wishes.choices.move_rdp = static_cast<std::uint16_t>(options.move_rdp);
    wishes.choices.open_nsg = static_cast<std::uint16_t>(options.open_nsg);
    wishes.max_age = std::chrono::duration_cast<std::chrono::seconds>(options.max_age);
    wishes.life = std::chrono::duration_cast<std::chrono::seconds>(options.life);
    wishes.max_targets = options.max_targets;
    wishes.max_percent = options.max_percent;
    wishes.batches = schedule;
    return wishes;
}

} // namespace

int run_fix_plan(const FixPlanOptions& options) {
    for (const auto& name : options.fixes) {
        if (find_fix(name) == nullptr) return unknown_fix(name);
    }
    const auto schedule = parse_batches(options.batches);
    if (!schedule) {
        write_err(
            "rdpsweep fix plan: " + in_quotes(options.batches) +
            " is no schedule\n  write numbers and percentages: " + std::string(usual_batches) + "\n"
        );
        return exit_usage;
    }
    if (options.open_nsg != 0 && options.move_rdp == 0) {
        write_err("rdpsweep fix plan: --open-nsg opens the port of --move-rdp, which is not given\n"
        );
        return exit_usage;
    }
    auto stored = StoredRun::open(options.state_dir, options.run);
    if (!stored) return complain(stored.error(), exit_usage);
    const auto wishes = wishes_of(options, *schedule);
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
    }
    return write_out(show_plan(*plan, say) + advice(*plan, path)) ? exit_ok : exit_failed;
}

int run_fix_show(const FixShowOptions& options) {
    auto plan = load_plan(options.plan);
    if (!plan) return complain(plan.error(), exit_usage);
    const auto& messages = Catalogue::built_in(options.talk.lang);
    const auto say = [&messages](const Message& message) { return messages.say(message); };
    auto text = show_plan(*plan, say);
    if (std::time(nullptr) > plan->expires) text += "\nThis plan has expired.\n";
    return write_out(text) ? exit_ok : exit_failed;
}

} // namespace rdpsweep
