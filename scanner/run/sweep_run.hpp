// One run of scan or check: everything it holds on to, from the command line to the exit status.
#pragma once

#include "core/asio.hpp"
#include "scanner/azure/azure_plane.hpp"
#include "scanner/credentials/credentials.hpp"
#include "scanner/engine/sweep.hpp"
#include "scanner/inventory/inventory.hpp"
#include "scanner/options/scan_options.hpp"
#include "scanner/run/progress.hpp"
#include "scanner/run/report_output.hpp"
#include "scanner/store/fleet.hpp"
#include "scanner/store/run_store.hpp"
#include "scanner/store/trust_store.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

// Members are in the order in which they must be destroyed: the last one first.
class SweepRun {
public:
    // fixing: of VisitKind::fix, which visits the hosts that it wants.
    SweepRun(ScanOptions options, VisitKind kind, Fixing* fixing = nullptr)
        : options_(std::move(options)), kind_(kind), fixing_(fixing) {}

    // Reads, resolves and opens everything that can fail before the first packet. 0, or the exit
    // status to end with.
    int prepare();

    // The sweep itself. 0, or the exit status of a failure of ours.
    int sweep();

    // Reports and the final exit status.
    int conclude();

    // What prepare() made, for who has more to look at before or after the sweep.
    // The inventory's targets that fixing does not want.
    [[nodiscard]] const std::vector<Target>& left_out() const noexcept { return left_out_; }

    [[nodiscard]] FactSource& outside() noexcept { return *outside_; }

    [[nodiscard]] asio::io_context& lane() noexcept { return lane_; }

    // Null where no target leads to Azure.
    [[nodiscard]] azure::Arm* arm() noexcept { return azure_ ? &azure_->arm() : nullptr; }

private:
    int recall_options();
    int load_targets();
    int keep_those_of_rerun();
    int keep_those_to_fix();
    void keep_seed();
    int resolve_credentials();
    int open_run();
    int resume(std::vector<bool>& done);
    int make_transports();
    int make_outside();
    int open_azure();
    void describe_run();
    void announce() const;
    void watch_signals();
    void watch_enter();
    void on_signal(int number);
    Status finished(const HostResult& host);
    void
    credential_stopped(const std::string& credential, const Breaker& breaker, std::size_t left);

    ScanOptions options_;
    VisitKind kind_;
    Fixing* fixing_;
    Inventory inventory_;
    std::vector<Target> left_out_; // of VisitKind::fix
    std::unique_ptr<CredentialStore> credentials_;
    std::optional<FileTrustStore> trust_;
    AuditLog audit_;
    RunInfo run_;
    std::string options_json_; // as the run stores them
    std::unique_ptr<RunStore> store_;
    std::optional<ReportOutputs> reports_;
    std::unique_ptr<FleetBuilder> fleet_;
    std::vector<bool> done_;
    std::vector<bool> refused_before_; // by the run that is resumed
    std::size_t in_flight_ = 1;

    asio::io_context lane_{1};
    Resolver resolver_;
    std::unique_ptr<Pacer> pacer_;
    std::unique_ptr<AzurePlane> azure_; // null: no route needs it
    std::unique_ptr<Services> services_;
    Transports transports_;
    std::unique_ptr<FactSource> outside_;
    std::unique_ptr<Collector> collector_;
    std::unique_ptr<VisitServices> visiting_;
    std::unique_ptr<asio::signal_set> signals_;
    std::unique_ptr<asio::posix::stream_descriptor> keyboard_;
    std::unique_ptr<Sweep> sweep_;
    std::unique_ptr<Progress> progress_;
    int signal_ = 0;
};

} // namespace rdpsweep
