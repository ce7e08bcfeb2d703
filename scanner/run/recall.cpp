// How the options and the hosts of an earlier run come back.
#include "scanner/run/recall.hpp"

#include "core/text.hpp"
#include "scanner/cli/names.hpp"
#include "scanner/options/scan_options_json.hpp"
#include "scanner/scope/rerun.hpp"

#include <algorithm>
#include <utility>

namespace rdpsweep {

namespace {

// The parser of the command line has checked them; what is stored may come from another version.
Status check_route(const std::vector<std::string>& route) {
    const auto known = cli_names().transports;
    for (const auto& name : route) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        return Error(
            Phase::config,
            Errc::unsupported,
            "the run's /scope/transports names " + in_quotes(name) + ", which this version lacks"
        );
    }
    return {};
}

bool names_a_scope(const ScopeOptions& scope) {
    return !scope.inventories.empty() || !scope.targets.empty();
}

// Refuses reports whose folder nobody knows: by their names here, they may be those of other runs.
Step<void> check_places(const std::vector<ReportRequest>& reports, const std::string& run) {
    for (const auto& [format, path] : reports) {
        if (path == "-" || path.starts_with('/')) continue;
        return EarlyEnd(
            Error(
                Phase::config,
                Errc::unsupported,
                "run " + run + " does not say in which folder its report " + printable(path) + " is"
            )
                .with_hint("say it: --report " + format + ":/FOLDER/" + printable(path)),
            exit_usage
        );
    }
    return {};
}

// Refuses an inventory that is not the one the run began with, and marks what is done.
Step<void> count_stored(RunSetup& setup, StoredRun& stored) {
    const auto& targets = setup.inventory.targets;
    const auto began_with = stored.run().targets;
    bool same_inventory = began_with == 0 || began_with == targets.size();
    auto read = stored.for_each([&](const HostResult& host) {
        const bool known = host.index < targets.size() && targets[host.index].id == host.target.id;
        same_inventory = same_inventory && known;
        if (!known) return;
        // Hosts that refused the credential then come last: three of them would stop it again.
        setup.postponed[host.index] = host.outcome == Outcome::refused;
        if (host.outcome != Outcome::assessed) return;
        setup.done[host.index] = true;
        setup.fleet.add(host);
    });
    if (!read) return EarlyEnd(read.error(), exit_failed);
    if (same_inventory) return {};
    return EarlyEnd(
        "rdpsweep: the inventory is not the one run " + printable(stored.run().id) +
            " began with\n"
            "  resume with the same inventory and filters, or start a new run\n",
        exit_usage
    );
}

// Returns the ids that are in both lists: all hosts of the run were judged by them.
std::vector<std::string>
in_both(std::vector<std::string> before, const std::vector<std::string>& now) {
    std::erase_if(before, [&now](const std::string& rule) {
        return std::find(now.begin(), now.end(), rule) == now.end();
    });
    return before;
}

// Returns the earlier run, continued by this version; now: what this process would have begun.
RunInfo gone_on_with(RunInfo before, const RunInfo& now) {
    std::erase_if(before.warnings, [](const Message& warning) {
        return warning.key == "run.credential_stopped"; // it gets another chance
    });
    before.interrupted = false;
    before.version = now.version;
    before.collector_sha256 = now.collector_sha256;
    before.targets = now.targets;
    for (const auto& warning : now.warnings) {
        const auto end = before.warnings.end();
        if (std::find(before.warnings.begin(), end, warning) == end)
            before.warnings.push_back(warning);
    }
    return before;
}

} // namespace

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

Result<ScanOptions> options_of_run(const StoredRun& stored) {
    if (stored.options().empty()) {
        return Error(
                   Phase::config,
                   Errc::unsupported,
                   "run " + stored.run().id + " was stored by version " +
                       printable(stored.run().version, 40) +
                       ", which kept its command line and not its options"
        )
            .with_hint("scan again: rdpsweep scan -i INVENTORY; or give its -i again");
    }
    auto options = scan_options_from_json(stored.options());
    if (!options) return std::move(options).error();
    auto checked = check_route(options->scope.transports);
    if (!checked) return std::move(checked).error();
    options->args = stored.run().args;
    return options;
}

Step<ScanOptions> recall_options(const ScanOptions& asked) {
    const bool again = !asked.rerun.empty();
    if ((asked.resume.empty() && !again) || names_a_scope(asked.scope)) return asked;
    const auto run = again ? run_of_rerun(asked.rerun) : asked.resume;
    auto stored = StoredRun::open(asked.state_dir, run);
    if (!stored) return EarlyEnd(stored.error(), exit_usage);
    auto read = options_of_run(*stored);
    if (!read) return EarlyEnd(read.error(), exit_usage);
    auto begun = *std::move(read);
    begun.resume = asked.resume;
    begun.state_dir = asked.state_dir;
    begun.talk = asked.talk;
    if (again) begun.name = asked.name; // a part of a night is not that night
    if (again || !asked.reports.empty())
        begun.reports = asked.reports;
    else if (auto known = check_places(begun.reports, stored->run().id); !known)
        return std::move(known).end();
    if (again) {
        begun.rerun = stored->run().id + asked.rerun.substr(run.size());
        begun.args = with_option(stored->run().args, "--rerun", begun.rerun);
    }
    return begun;
}

TerminalText told_of_reports(const ScanOptions& asked, const ScanOptions& recalled) {
    if (!asked.reports.empty()) return {};
    TerminalText files;
    for (const auto& [format, path] : recalled.reports) {
        if (path == "-") continue;
        if (!files.empty()) files += ", ";
        files += printable(format) + " in " + printable(path, 1000);
    }
    return files.empty() ? files : "rdpsweep: reports written anew: " + files + "\n";
}

Step<void> keep_those_of_rerun(const ScanOptions& options, Inventory& inventory, Speaker& speaker) {
    if (options.rerun.empty()) return {};
    auto request = parse_rerun(options.rerun);
    if (!request) return EarlyEnd(request.error(), exit_usage);
    auto stored = StoredRun::open(options.state_dir, request->run);
    if (!stored) return EarlyEnd(stored.error(), exit_usage);
    const auto before = inventory.targets.size();
    auto kept = keep_rerun(inventory, *stored, request->what);
    if (!kept) return EarlyEnd(kept.error(), exit_failed);
    speaker.say(
        "rdpsweep: " + printable(inventory.targets.size()) + " of " + printable(before) +
        " targets again, from run " + printable(stored->run().id) + "\n"
    );
    return {};
}

Step<void> resume(RunSetup& setup) {
    auto stored = StoredRun::open(setup.options.state_dir, setup.options.resume);
    if (!stored) return EarlyEnd(stored.error(), exit_usage);
    auto counted = count_stored(setup, *stored);
    if (!counted) return counted;
    setup.run = gone_on_with(stored->run(), setup.run);
    const auto now = std::exchange(setup.extras, {stored->options(), stored->marks()});
    setup.extras.marks.rules = in_both(setup.extras.marks.rules, now.marks.rules);
    return {};
}

} // namespace rdpsweep
