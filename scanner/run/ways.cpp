// What has to be opened before the first host can be reached.
#include "scanner/run/ways.hpp"

#include "scanner/credentials/disk_sas.hpp"
#include "scanner/scope/resolve_scope.hpp"
#include "transports/disk/disk.hpp"
#include "transports/disk/referred_sas.hpp"
#include "transports/registry.hpp"

#include <algorithm>
#include <set>

namespace rdpsweep {

namespace {

// All secrets are fetched before the first packet: a vault that says no ends the run here, and
// nothing on the event loop ever waits for one.
Status fetch_secrets(CredentialStore& credentials, const std::vector<Target>& targets) {
    std::set<std::string> wanted;
    for (const auto& target : targets) {
        if (!needs_credential(target)) continue;
        wanted.insert(target.credential);
        for (const auto& hop : target.ssh->hops ? *target.ssh->hops : std::vector<JumpHost>())
            wanted.insert(hop.credential);
    }
    for (const auto& name : wanted) {
        const auto credential = credentials.get(name);
        if (!credential) return credential.error();
    }
    return {};
}

// A SAS that is not there, or is none, ends the run here as well. It is read again where its disk
// is opened: meanwhile it may have been renewed.
Status check_disks(const std::vector<Target>& targets, const Services& services) {
    for (const auto& target : targets) {
        const bool read =
            std::any_of(target.route.begin(), target.route.end(), [](const auto& way) {
                return traits_of(way).by_disk;
            });
        if (!read || !target.skip.empty() || !target.disk->by_sas()) continue;
        const auto sas = disk::check_sas(*target.disk, services);
        if (sas) continue;
        const auto& error = sas.error();
        return Error(
                   error.phase(),
                   error.code(),
                   printable(target.name, 60) + ": " + std::string(error.detail())
        )
            .with_native(std::string(error.native()))
            .with_hint(std::string(error.hint()));
    }
    return {};
}

bool leads_to_azure(const Target& target, bool asks_about_vms, bool makes_snapshots) {
    const auto& route = target.route;
    const bool snapshot =
        !target.disk->snapshot.empty() || (makes_snapshots && disk::reads_snapshot(target));
    const bool by_azure = std::any_of(route.begin(), route.end(), [&](const auto& transport) {
        const auto traits = traits_of(transport);
        return traits.by_azure || (traits.by_disk && snapshot);
    });
    return target.skip.empty() && (by_azure || (asks_about_vms && !target.vm.empty()));
}

} // namespace

double usual_connect_rate(std::size_t hosts) noexcept {
    const double seconds = std::chrono::duration<double>(limits::ramp).count();
    return std::clamp(
        static_cast<double>(hosts) * limits::connections_a_host / seconds,
        limits::connects_per_second,
        limits::most_connects_per_second
    );
}

Ways::Ways(
    const ScanOptions& options,
    double connect_rate,
    std::unique_ptr<CredentialStore> credentials,
    FileTrustStore trust
)
    : credentials_(std::move(credentials)), trust_(std::move(trust)),
      pacer_(
          connect_rate, connect_rate / 10, options.handshake ? 1 / limits::connections_a_host : 1
      ),
      services_{
          .resolver = resolver_,
          .pacer = pacer_,
          .trust = {options.ca_file, &trust_, options.pin_on_first_use, options.insecure},
          .connect_timeout = options.connect_timeout,
          .step_timeout = options.step_timeout,
          .quota_delay = options.quota_delay,
          .channel_bindings = options.channel_bindings,
          .legacy_tls = options.legacy_tls,
          .http_fallback = options.http_fallback,
          .rdp_matrix = options.rdp_matrix,
          .known_hosts = options.known_hosts,
          .credential = [this](std::string_view name) { return credentials_->get(name); },
          .azure_ca_file = options.scope.azure.ca_file,
          .disk_sas = [](const DiskImage& disk) { return read_sas(disk); },
      } {}

Result<std::unique_ptr<Ways>>
Ways::open(const ScanOptions& options, const Inventory& inventory, bool asks_about_vms) {
    // Before a secret is fetched: no program runs, and nobody types, for what is refused then.
    auto trust = open_trust(options.state_dir);
    if (!trust) return std::move(trust).error();
    auto credentials = std::make_unique<CredentialStore>(inventory.credentials);
    auto fetched = fetch_secrets(*credentials, inventory.targets);
    if (!fetched) return std::move(fetched).error();
    const auto& targets = inventory.targets;
    const auto rate = options.connect_rate.value_or(usual_connect_rate(targets.size()));
    std::unique_ptr<Ways> ways(new Ways(options, rate, std::move(credentials), *std::move(trust)));
    const bool azure = std::any_of(targets.begin(), targets.end(), [&](const Target& target) {
        return leads_to_azure(target, asks_about_vms, options.scope.disk_snapshots);
    });
    if (options.scope.disk_snapshots) {
        ways->services_.snapshots = &ways->snapshots_.emplace(options.state_dir);
    }
    auto opened = azure ? ways->open_azure(options) : Status();
    if (opened) opened = check_disks(targets, ways->services_);
    if (opened) opened = ways->make_transports();
    if (!opened) return std::move(opened).error();
    return ways;
}

Status Ways::open_azure(const ScanOptions& options) {
    auto plane = AzurePlane::open(options.scope.azure);
    if (!plane) return std::move(plane).error();
    azure_ = std::move(*plane);
    services_.azure = &azure_->arm();
    services_.takeover = options.takeover;
    return {};
}

// The look from outside is made also with --no-handshake: a route may name it.
Status Ways::make_transports() {
    for (const auto& kind : all_transports()) {
        auto transport = kind.make(services_);
        if (!transport) return std::move(transport).error();
        transports_.emplace(kind.name, std::move(*transport));
    }
    auto source = outside_source().make(services_);
    if (!source) return std::move(source).error();
    outside_ = std::move(*source);
    return {};
}

} // namespace rdpsweep
