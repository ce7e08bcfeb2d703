// Everything that can fail before the first packet.
#include "core/fd_limit.hpp"
#include "reports/messages/catalogue.hpp"
#include "scanner/cli/names.hpp"
#include "scanner/options/scan_options_json.hpp"
#include "scanner/run/sweep_run.hpp"
#include "scanner/scope/load_scope.hpp"
#include "scanner/scope/resolve_scope.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "transports/registry.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iterator>
#include <set>

namespace rdpsweep {

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

int SweepRun::load_targets() {
    auto loaded = load_scope(options_.scope);
    if (!loaded) return exit_usage; // it has said why
    inventory_ = std::move(*loaded);
    keep_seed();
    if (const int status = keep_those_of_rerun(); status != exit_ok) return status;
    if (const int status = keep_those_to_fix(); status != exit_ok) return status;
    if (!inventory_.targets.empty() || options_.scope.allow_empty) return exit_ok;
    std::fprintf(
        stderr,
        "rdpsweep: the scope holds no target\n"
        "  see what it resolves to with `rdpsweep targets`; --allow-empty accepts it\n"
    );
    return exit_no_targets;
}

// A host that the inventory has no more is not looked for elsewhere.
int SweepRun::keep_those_to_fix() {
    if (fixing_ == nullptr) return exit_ok;
    auto& targets = inventory_.targets;
    const auto wanted = [this](const Target& target) { return fixing_->wants(target); };
    const auto others = std::stable_partition(targets.begin(), targets.end(), wanted);
    std::move(others, targets.end(), std::back_inserter(left_out_));
    targets.erase(others, targets.end());
    if (inventory_.targets.size() == fixing_->batch_size()) return exit_ok;
    std::fprintf(
        stderr,
        "rdpsweep: of %zu hosts to visit the inventory has %zu\n"
        "  it changed since the run: scan again and make a new plan\n",
        fixing_->batch_size(),
        inventory_.targets.size()
    );
    return exit_usage;
}

void SweepRun::describe_run() {
    run_.started = std::time(nullptr);
    run_.id = new_run_id(run_.started);
    run_.version = RDPSWEEP_VERSION;
    run_.args = options_.args;
    run_.targets = inventory_.targets.size();
    collector_ = std::make_unique<Collector>(built_in_collector(options_.handshake));
    run_.collector_sha256 = collector_->script().sha256();
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
    for (const auto& target : inventory_.targets) {
        if (!needs_credential(target)) continue;
        wanted.insert(target.credential);
        for (const auto& hop : target.ssh.hops ? *target.ssh.hops : std::vector<JumpHost>())
            wanted.insert(hop.credential);
    }
    for (const auto& name : wanted) {
        const auto credential = credentials_->get(name);
        if (credential) continue;
        return complain(credential.error(), exit_usage);
    }
    return exit_ok;
}

int SweepRun::make_transports() {
    auto trust = FileTrustStore::open(options_.state_dir + "/trust");
    if (!trust) return complain(trust.error(), exit_usage);
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
        options_.known_hosts,
    });
    services_->credential = [this](std::string_view name) { return credentials_->get(name); };
    if (const int status = open_azure(); status != exit_ok) return status;
    for (const auto& kind : all_transports()) {
        auto transport = kind.make(*services_);
        if (!transport) return complain(transport.error(), exit_usage);
        transports_.emplace(kind.name, std::move(*transport));
    }
    if (const int status = make_outside(); status != exit_ok) return status;
    auto audit = AuditLog::open(options_.audit_file);
    if (!audit) return complain(audit.error(), exit_usage);
    audit_ = std::move(*audit);
    return exit_ok;
}

// Only where a route leads by way of Azure.
int SweepRun::open_azure() {
    const auto leads_there = [this](const Target& target) {
        const auto& ladder = target.ladder;
        const bool by_azure = std::any_of(ladder.begin(), ladder.end(), [](const auto& transport) {
            return traits_of(transport).by_azure;
        });
        // Who fixes asks Azure first, if the inventory is Azure's.
        const bool by_vm =
            options_.azure_evidence || (kind_ == VisitKind::fix && options_.scope.azure.wanted());
        return target.skip.empty() && (by_azure || (by_vm && !target.vm.empty()));
    };
    const auto& targets = inventory_.targets;
    if (std::none_of(targets.begin(), targets.end(), leads_there)) return exit_ok;
    auto plane = AzurePlane::open(options_.scope.azure);
    if (!plane) return complain(plane.error(), exit_usage);
    azure_ = std::move(*plane);
    services_->azure = &azure_->arm();
    services_->azure_ca_file = options_.scope.azure.ca_file;
    services_->takeover = options_.takeover;
    return exit_ok;
}

// The look from outside. Also with --no-handshake: a route may name it.
int SweepRun::make_outside() {
    auto source = outside_source().make(*services_);
    if (!source) return complain(source.error(), exit_usage);
    outside_ = std::move(*source);
    return exit_ok;
}

int SweepRun::open_run() {
    done_.assign(inventory_.targets.size(), false);
    refused_before_ = done_;
    fleet_ = std::make_unique<FleetBuilder>(inventory_.targets.size());
    if (kind_ != VisitKind::assess) return exit_ok;
    const auto& english = Catalogue::english();
    options_json_ = to_json_text(options_);
    if (!options_.resume.empty()) {
        if (const int status = resume(done_); status != exit_ok) return status;
    }
    auto requests = options_.reports;
    if (requests.empty()) requests.push_back({"text", "-"});
    const auto& messages = Catalogue::built_in(options_.talk.lang);
    auto reports = ReportOutputs::open(requests, options_.talk, messages, run_.id);
    if (!reports) return complain(reports.error(), exit_usage);
    reports_.emplace(std::move(*reports));
    const auto say = [&english](const Message& message) { return english.say(message); };
    const auto open_store = options_.resume.empty() ? &RunStore::create : &RunStore::reopen;
    auto store = open_store(options_.state_dir, run_, say, options_json_);
    if (!store) return complain(store.error(), exit_failed);
    store_ = std::move(*store);
    return exit_ok;
}

} // namespace rdpsweep
