// One run of scan or check: everything it holds on to, from the command line to the exit status.
#pragma once

#include "core/asio.hpp"
#include "probes/collect/collector.hpp"
#include "scanner/azure/azure_plane.hpp"
#include "scanner/credentials/credentials.hpp"
#include "scanner/engine/sweep.hpp"
#include "scanner/fix/azure_guard.hpp"
#include "scanner/fix/driver.hpp"
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
    // fixing and its services: of VisitKind::fix, which visits the hosts that fixing wants.
    SweepRun(
        ScanOptions options,
        VisitKind kind,
        FixDriver* fixing = nullptr,
        FixServices* fix_services = nullptr
    )
        : options_(std::move(options)), kind_(kind), fixing_(fixing), fix_services_(fix_services) {}

    // Reads, resolves and opens everything that can fail before the first packet. 0, or the exit
    // status to end with.
    int prepare();

    // The sweep itself. 0, or the exit status of a failure of ours.
    int sweep();

    // Reports and the final exit status.
    int conclude();

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
    void look_at_controls();
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
    FixDriver* fixing_;
    FixServices* fix_services_;
    Inventory inventory_;
    std::vector<Target> controls_; // of VisitKind::fix: beside the plan
    std::unique_ptr<CredentialStore> credentials_;
    std::optional<FileTrustStore> trust_;
    AuditLog audit_;
    RunInfo run_;
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
    std::unique_ptr<AzureGuard> guard_; // of VisitKind::fix; null without azure_
    std::unique_ptr<Services> services_;
    std::map<std::string, std::unique_ptr<Transport>, std::less<>> transports_;
    std::unique_ptr<FactSource> outside_;
    std::unique_ptr<Script> collector_;
    std::unique_ptr<VisitServices> visiting_;
    std::unique_ptr<asio::signal_set> signals_;
    std::unique_ptr<asio::posix::stream_descriptor> keyboard_;
    std::unique_ptr<Sweep> sweep_;
    std::unique_ptr<Progress> progress_;
    int signal_ = 0;
};

} // namespace rdpsweep
