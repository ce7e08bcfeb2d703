// What a run takes over from an earlier one: --resume and --rerun.
#include "scanner/cli/names.hpp"
#include "scanner/cli/recall.hpp"
#include "scanner/run/sweep_run.hpp"
#include "scanner/scope/rerun.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"

#include <algorithm>
#include <cstdio>

namespace rdpsweep {

namespace {

// args with that option set to value, whether or not it was among them.
std::vector<std::string>
with_option(std::vector<std::string> args, const std::string& option, std::string value) {
    for (std::size_t i = 0; i < args.size(); ++i) {
        const bool joined = args[i].starts_with(option + '=');
        if (args[i] != option && !joined) continue;
        const auto at = args.begin() + static_cast<std::ptrdiff_t>(i);
        args.erase(at, joined || at + 1 == args.end() ? at + 1 : at + 2);
        break;
    }
    args.push_back(option);
    args.push_back(std::move(value));
    return args;
}

} // namespace

// --resume RUN alone means: as the run was begun, with today's reports. --rerun RUN alone means the
// same scope and options in a new run; its reports must not replace those of the first.
int SweepRun::recall_options() {
    const bool scope_given = !options_.scope.inventories.empty() || !options_.scope.targets.empty();
    const bool again = !options_.rerun.empty();
    if ((options_.resume.empty() && !again) || scope_given) return exit_ok;
    const auto run = again ? options_.rerun.substr(0, options_.rerun.find(':')) : options_.resume;
    auto stored = StoredRun::open(options_.state_dir, run);
    if (!stored) return complain(stored.error(), exit_usage);
    auto begun = recall_scan(stored->run().args, cli_names());
    if (!begun) {
        write_err("rdpsweep: the command line of that run cannot be read; give its -i again\n");
        return exit_usage;
    }
    begun->resume = options_.resume;
    begun->state_dir = options_.state_dir;
    begun->talk = options_.talk;
    if (again || !options_.reports.empty()) begun->reports = options_.reports;
    if (again) {
        begun->rerun = stored->run().id + options_.rerun.substr(run.size());
        begun->args = with_option(stored->run().args, "--rerun", begun->rerun);
    }
    options_ = *std::move(begun);
    return exit_ok;
}

// --rerun: only those of the named run that are meant.
int SweepRun::keep_those_of_rerun() {
    if (options_.rerun.empty()) return exit_ok;
    auto request = parse_rerun(options_.rerun);
    if (!request) return complain(request.error(), exit_usage);
    auto stored = StoredRun::open(options_.state_dir, request->run);
    if (!stored) return complain(stored.error(), exit_usage);
    const auto before = inventory_.targets.size();
    auto kept = keep_rerun(inventory_, *stored, request->what);
    if (!kept) return complain(kept.error(), exit_failed);
    std::fprintf(
        stderr,
        "rdpsweep: %zu of %zu targets again, from run %s\n",
        inventory_.targets.size(),
        before,
        stored->run().id.c_str()
    );
    return exit_ok;
}

// A resumed run must find the same targets that --pick chose.
void SweepRun::keep_seed() {
    if (!inventory_.seed || options_.scope.seed) return;
    options_.args = with_option(options_.args, "--seed", std::to_string(*inventory_.seed));
}

// The hosts that the earlier run assessed stay as they are stored; the others are visited again.
int SweepRun::resume(std::vector<bool>& done) {
    auto stored = StoredRun::open(options_.state_dir, options_.resume);
    if (!stored) return complain(stored.error(), exit_usage);
    const auto began_with = stored->run().targets;
    bool same_inventory = began_with == 0 || began_with == inventory_.targets.size();
    auto read = stored->for_each([&](const HostResult& host) {
        const bool known = host.index < inventory_.targets.size() &&
                           inventory_.targets[host.index].id == host.target.id;
        same_inventory = same_inventory && known;
        if (!known) return;
        // Who refused the credential then comes last: three of them would stop it again.
        refused_before_[host.index] = host.outcome == Outcome::refused;
        if (host.outcome != Outcome::assessed) return;
        done[host.index] = true;
        fleet_->add(host);
    });
    if (!read) return complain(read.error(), exit_failed);
    if (!same_inventory) {
        std::fprintf(
            stderr,
            "rdpsweep: the inventory is not the one run %s began with\n"
            "  resume with the same inventory and filters, or start a new run\n",
            stored->run().id.c_str()
        );
        return exit_usage;
    }
    const auto warnings = run_.warnings;
    const auto collector = run_.collector_sha256;
    run_ = stored->run();
    std::erase_if(run_.warnings, [](const Message& warning) {
        return warning.key == "run.credential_stopped"; // it gets another chance
    });
    run_.interrupted = false;
    run_.version = RDPSWEEP_VERSION;
    run_.collector_sha256 = collector;
    run_.targets = inventory_.targets.size();
    for (const auto& warning : warnings) {
        if (std::find(run_.warnings.begin(), run_.warnings.end(), warning) == run_.warnings.end()) {
            run_.warnings.push_back(warning);
        }
    }
    return exit_ok;
}

} // namespace rdpsweep
