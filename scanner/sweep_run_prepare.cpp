// Everything that can fail before the first packet.
#include "core/fd_limit.hpp"
#include "reports/messages/catalogue.hpp"
#include "scanner/cli/names.hpp"
#include "scanner/cli/scope.hpp"
#include "scanner/cli/talk.hpp"
#include "scanner/exit_status.hpp"
#include "scanner/inventory/scope.hpp"
#include "scanner/sweep_run.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <set>

namespace rdpsweep {

namespace {

void complain(const Error& error) {
    write_err(to_text(error, {}));
}

} // namespace

int SweepRun::prepare() {
    for (const auto step : {&SweepRun::recall_options, &SweepRun::load_targets}) {
        if (const int status = (this->*step)(); status != exit_ok) return status;
    }
    const auto limit = raise_fd_limit(options_.jobs);
    in_flight_ = limit.in_flight;
    describe_run();
    if (limit.lowered) {
        run_.warnings.push_back(
            {"run.jobs_lowered",
             {{"asked", std::to_string(options_.jobs)},
              {"got", std::to_string(in_flight_)},
              {"descriptors", std::to_string(limit.descriptors)}}}
        );
        std::fprintf(
            stderr,
            "rdpsweep: --jobs lowered to %zu: the limit is %zu open files (ulimit -n)\n",
            in_flight_,
            limit.descriptors
        );
    }
    for (const auto step :
         {&SweepRun::resolve_credentials, &SweepRun::make_transports, &SweepRun::open_run}) {
        if (const int status = (this->*step)(); status != exit_ok) return status;
    }
    announce();
    return exit_ok;
}

// What is about to be touched, counted, before the first packet.
void SweepRun::announce() const {
    if (options_.talk.quiet) return;
    const auto left = std::count(done_.begin(), done_.end(), false);
    std::fprintf(
        stderr,
        "rdpsweep: %zd of %zu targets to visit, %zu at once\n",
        left,
        inventory_.targets.size(),
        in_flight_
    );
    for (const auto& warning : run_.warnings) {
        std::fprintf(stderr, "  warning: %s\n", Catalogue::english().say(warning).c_str());
    }
}

// --resume RUN alone means: as the run was begun, with today's reports.
int SweepRun::recall_options() {
    const bool scope_given = !options_.scope.inventories.empty() || !options_.scope.targets.empty();
    if (options_.resume.empty() || scope_given) return exit_ok;
    auto stored = StoredRun::open(options_.state_dir, options_.resume);
    if (!stored) {
        complain(stored.error());
        return exit_usage;
    }
    auto begun = parse_command_line(stored->run().args, cli_names());
    if (begun.exit) {
        write_err("rdpsweep: the command line of that run cannot be read; give its -i again\n");
        return exit_usage;
    }
    begun.scan.resume = options_.resume;
    begun.scan.state_dir = options_.state_dir;
    begun.scan.talk = options_.talk;
    if (!options_.reports.empty()) begun.scan.reports = options_.reports;
    options_ = std::move(begun.scan);
    return exit_ok;
}

int SweepRun::load_targets() {
    auto loaded = load_scope(options_.scope);
    if (!loaded) return exit_usage; // it has said why
    inventory_ = std::move(*loaded);
    if (!inventory_.targets.empty() || options_.scope.allow_empty) return exit_ok;
    std::fprintf(
        stderr,
        "rdpsweep: the scope holds no target\n"
        "  see what it resolves to with `rdpsweep targets`; --allow-empty accepts it\n"
    );
    return exit_no_targets;
}

void SweepRun::describe_run() {
    run_.started = std::time(nullptr);
    run_.id = new_run_id(run_.started);
    run_.version = RDPSWEEP_VERSION;
    run_.args = options_.args;
    run_.targets = inventory_.targets.size();
    collector_ =
        std::make_unique<Script>("collector.ps1", collector_script(), Script::Effect::read_only);
    run_.collector_sha256 = collector_->sha256();
    if (options_.insecure) run_.warnings.push_back({"run.insecure", {}});
    if (!options_.channel_bindings) run_.warnings.push_back({"run.no_cbt", {}});
    if (options_.legacy_tls) run_.warnings.push_back({"run.legacy_tls", {}});
    if (options_.http_fallback == HttpFallback::any) {
        run_.warnings.push_back({"run.http_fallback_any", {}});
    }
}

// All secrets are fetched before the first packet: a vault that says no ends the run here, and
// nothing on the event loop ever waits for one.
int SweepRun::resolve_credentials() {
    credentials_ = std::make_unique<CredentialStore>(inventory_.credentials);
    std::set<std::string> wanted;
    for (const auto& target : inventory_.targets)
        if (needs_credential(target)) wanted.insert(target.credential);
    for (const auto& name : wanted) {
        const auto credential = credentials_->get(name);
        if (credential) continue;
        complain(credential.error());
        return exit_usage;
    }
    return exit_ok;
}

int SweepRun::make_transports() {
    auto trust = FileTrustStore::open(options_.state_dir + "/trust");
    if (!trust) {
        complain(trust.error());
        return exit_usage;
    }
    trust_.emplace(std::move(*trust));
    pacer_ = std::make_unique<Pacer>(options_.connect_rate, options_.connect_rate / 10);
    services_ = std::make_unique<Services>(Services{
        resolver_,
        *pacer_,
        TrustPolicy{options_.ca_file, &*trust_, options_.pin_on_first_use, options_.insecure},
        options_.connect_timeout,
        options_.step_timeout,
        options_.quota_delay,
        options_.channel_bindings,
        options_.legacy_tls,
        options_.http_fallback,
        options_.rdp_matrix,
    });
    for (const auto& kind : all_transports()) {
        auto transport = kind.make(*services_);
        if (!transport) {
            complain(transport.error());
            return exit_usage;
        }
        transports_.emplace(kind.name, std::move(*transport));
    }
    if (const int status = make_outside(); status != exit_ok) return status;
    auto audit = AuditLog::open(options_.audit_file);
    if (!audit) {
        complain(audit.error());
        return exit_usage;
    }
    audit_ = std::move(*audit);
    return exit_ok;
}

// The look from outside. Also with --no-handshake: a route may name it.
int SweepRun::make_outside() {
    for (const auto& kind : all_sources()) {
        auto source = kind.make(*services_);
        if (!source) {
            complain(source.error());
            return exit_usage;
        }
        outside_ = std::move(*source);
    }
    return exit_ok;
}

int SweepRun::open_run() {
    done_.assign(inventory_.targets.size(), false);
    refused_before_ = done_;
    fleet_ = std::make_unique<FleetBuilder>(inventory_.targets.size());
    if (kind_ == VisitKind::check) return exit_ok;
    const auto& english = Catalogue::english();
    if (!options_.resume.empty()) {
        if (const int status = resume(done_); status != exit_ok) return status;
    }
    auto requests = options_.reports;
    if (requests.empty()) requests.push_back({"text", "-"});
    const auto& messages = Catalogue::built_in(options_.talk.lang);
    auto reports = ReportOutputs::open(requests, options_.talk, messages, run_.id);
    if (!reports) {
        complain(reports.error());
        return exit_usage;
    }
    reports_.emplace(std::move(*reports));
    const auto say = [&english](const Message& message) { return english.say(message); };
    auto store = options_.resume.empty() ? RunStore::create(options_.state_dir, run_, say)
                                         : RunStore::reopen(options_.state_dir, run_.id, run_, say);
    if (!store) {
        complain(store.error());
        return exit_failed;
    }
    store_ = std::move(*store);
    return exit_ok;
}

// The hosts that the earlier run assessed stay as they are stored; the others are visited again.
int SweepRun::resume(std::vector<bool>& done) {
    auto stored = StoredRun::open(options_.state_dir, options_.resume);
    if (!stored) {
        complain(stored.error());
        return exit_usage;
    }
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
    if (!read) {
        complain(read.error());
        return exit_failed;
    }
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
