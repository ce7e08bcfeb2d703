// Every transport of one run, and what the transports share: secrets, names, pace, trust, Azure.
#pragma once

#include "core/asio.hpp"
#include "scanner/azure/azure_plane.hpp"
#include "scanner/credentials/credentials.hpp"
#include "scanner/engine/visit.hpp"
#include "scanner/inventory/inventory.hpp"
#include "scanner/options/scan_options.hpp"
#include "scanner/store/snapshot_journal.hpp"
#include "scanner/store/trust_store.hpp"

#include <memory>
#include <optional>

namespace rdpsweep {

// Returns how many new connections a second a run of so many hosts makes, where the user does not
// say: each host begins within limits::ramp, as far as limits::most_connects_per_second allow it.
double usual_connect_rate(std::size_t hosts) noexcept;

class Ways {
public:
    // Fetches every secret that the targets' routes need, and opens the rest; no packet is sent.
    // asks_about_vms: whether Azure is asked about a VM whatever its route. Error{config, ...}.
    static Result<std::unique_ptr<Ways>>
    open(const ScanOptions& options, const Inventory& inventory, bool asks_about_vms);

    Ways(const Ways&) = delete;
    Ways& operator=(const Ways&) = delete;

    [[nodiscard]] asio::io_context& lane() noexcept { return lane_; }

    [[nodiscard]] Resolver& resolver() noexcept { return resolver_; }

    [[nodiscard]] Pacer& pacer() noexcept { return pacer_; }

    [[nodiscard]] CredentialStore& credentials() noexcept { return *credentials_; }

    [[nodiscard]] Transports& transports() noexcept { return transports_; }

    // Returns the source that looks from outside.
    [[nodiscard]] FactSource& outside() noexcept { return *outside_; }

    // Returns null where no snapshots may be made.
    [[nodiscard]] SnapshotJournal* snapshots() noexcept {
        return snapshots_ ? &*snapshots_ : nullptr;
    }

    // Returns null where no target leads to Azure.
    [[nodiscard]] azure::Arm* arm() noexcept { return azure_ ? &azure_->arm() : nullptr; }

private:
    Ways(
        const ScanOptions& options,
        double connect_rate,
        std::unique_ptr<CredentialStore> credentials,
        FileTrustStore trust
    );
    Status open_azure(const ScanOptions& options);
    Status make_transports();

    // Each refers to those above it only.
    std::unique_ptr<CredentialStore> credentials_;
    FileTrustStore trust_;
    asio::io_context lane_{1};
    Resolver resolver_;
    Pacer pacer_;
    std::optional<SnapshotJournal> snapshots_;
    std::unique_ptr<AzurePlane> azure_;
    Services services_;
    Transports transports_;
    std::unique_ptr<FactSource> outside_;
};

} // namespace rdpsweep
