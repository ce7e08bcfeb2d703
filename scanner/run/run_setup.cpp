// The steps before a run, in the order in which they are told when they fail.
#include "scanner/run/run_setup.hpp"

#include "core/fd_limit.hpp"
#include "reports/messages/catalogue.hpp"
#include "scanner/run/recall.hpp"
#include "scanner/scope/load_scope.hpp"
#include "scanner/store/run_id.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>

namespace rdpsweep {

namespace {

// A host that the inventory has no more is not looked for elsewhere.
Step<void> keep_those_to_fix(RunSetup& setup, const Fixing& fixing) {
    auto& targets = setup.inventory.targets;
    const auto wanted = [&fixing](const Target& target) { return fixing.wants(target); };
    const auto others = std::stable_partition(targets.begin(), targets.end(), wanted);
    std::move(others, targets.end(), std::back_inserter(setup.left_out));
    targets.erase(others, targets.end());
    if (targets.size() == fixing.batch_size()) return {};
    return EarlyEnd(
        "rdpsweep: of " + printable(fixing.batch_size()) + " hosts to visit the inventory has " +
            printable(targets.size()) +
            "\n  it changed since the run: scan again and make a new plan\n",
        exit_usage
    );
}

// A resumed run must find the same targets that --pick chose.
void keep_seed(RunSetup& setup) {
    auto& scope = setup.options.scope;
    const auto seed = setup.inventory.seed;
    if (!seed || scope.seed) return;
    scope.seed = seed;
    setup.options.args = with_option(setup.options.args, "--seed", std::to_string(*seed));
}

Step<void> choose_targets(RunSetup& setup, Fixing* fixing, Speaker& speaker) {
    auto loaded = load_scope(setup.options.scope, speaker);
    if (!loaded) return std::move(loaded).end();
    setup.inventory = *std::move(loaded);
    keep_seed(setup);
    auto kept = keep_those_of_rerun(setup.options, setup.inventory, speaker);
    if (kept && fixing != nullptr) kept = keep_those_to_fix(setup, *fixing);
    if (!kept) return kept;
    if (!setup.inventory.targets.empty() || setup.options.scope.allow_empty) return {};
    return EarlyEnd(
        "rdpsweep: the scope holds no target\n"
        "  see what it resolves to with `rdpsweep targets`; --allow-empty accepts it\n",
        exit_no_targets
    );
}

void describe_run(RunSetup& setup) {
    auto& run = setup.run;
    const auto& options = setup.options;
    const auto now = std::chrono::system_clock::now();
    run.started = std::chrono::system_clock::to_time_t(now);
    run.id = new_run_id(now);
    run.version = RDPSWEEP_VERSION;
    run.args = options.args;
    run.targets = setup.inventory.targets.size();
    run.collector_sha256 = setup.collector.script().sha256();
    if (options.insecure) run.warnings.push_back({"run.insecure", {}});
    if (!options.channel_bindings) run.warnings.push_back({"run.no_cbt", {}});
    if (options.legacy_tls) run.warnings.push_back({"run.legacy_tls", {}});
    if (options.http_fallback == HttpFallback::any) {
        run.warnings.push_back({"run.http_fallback_any", {}});
    }
}

void fit_descriptors(RunSetup& setup, const FdLimit& limit, Speaker& speaker) {
    setup.in_flight = limit.in_flight;
    setup.descriptors_left = limit.left;
    // Who did not ask for so many need not be told.
    if (!limit.lowered || setup.options.jobs == limits::in_flight) return;
    const auto got = std::to_string(limit.in_flight);
    const auto descriptors = std::to_string(limit.descriptors);
    setup.run.warnings.push_back(
        {"run.jobs_lowered",
         {{"asked", std::to_string(setup.options.jobs)},
          {"got", got},
          {"descriptors", descriptors}}}
    );
    speaker.say(
        "rdpsweep: --jobs lowered to " + printable(got) + ": the limit is " +
        printable(descriptors) + " open files (ulimit -n)\n"
    );
}

} // namespace

Step<RunSetup> set_up(const ScanOptions& asked, Fixing* fixing, Speaker& speaker) {
    auto options = recall_options(asked);
    if (!options) return std::move(options).end();
    if (const auto told = told_of_reports(asked, *options); !told.empty()) speaker.advise(told);
    RunSetup setup(*std::move(options));
    if (auto chosen = choose_targets(setup, fixing, speaker); !chosen)
        return std::move(chosen).end();
    const auto limit = raise_fd_limit(setup.options.jobs);
    describe_run(setup);
    fit_descriptors(setup, limit, speaker);
    // A fix asks Azure first, if the inventory is Azure's.
    const bool asks_about_vms =
        setup.options.azure_evidence || (fixing != nullptr && setup.options.scope.azure.wanted());
    auto ways = Ways::open(setup.options, setup.inventory, asks_about_vms);
    if (!ways) return EarlyEnd(ways.error(), exit_usage);
    setup.ways = *std::move(ways);
    auto audit = AuditLog::open(setup.options.audit_file);
    if (!audit) return EarlyEnd(audit.error(), exit_usage);
    setup.audit = *std::move(audit);
    setup.done.assign(setup.inventory.targets.size(), false);
    setup.postponed = setup.done;
    setup.let_in = LetIn::open(setup.options.state_dir + "/let_in");
    setup.fleet = FleetBuilder(setup.inventory.targets.size());
    return setup;
}

void announce(const RunSetup& setup, Speaker& speaker) {
    const auto left = std::count(setup.done.begin(), setup.done.end(), false);
    auto text =
        "rdpsweep: " + printable(left) + " of " + printable(setup.inventory.targets.size()) +
        " targets to visit, " + printable(setup.in_flight) + " at work at once, " +
        printable(std::lround(setup.ways->pacer().per_second())) + " new connections a second\n";
    for (const auto& warning : setup.run.warnings)
        text += "  warning: " + printable(Catalogue::english().say(warning), 1000) + "\n";
    speaker.run_ahead(); // until the sweep is over: it may begin on a terminal that is stopped
    speaker.advise(text);
}

} // namespace rdpsweep
