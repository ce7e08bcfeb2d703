// The digest of a run, gathered as its hosts end: what is stored of them is not read again.
#pragma once

#include "reports/digest.hpp"
#include "reports/seen_hosts.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace rdpsweep {

class Gathering {
public:
    explicit Gathering(const ReportOptions& options)
        : now_(options.started), gets_all_(options.in_order) {}

    // Adds a host; true unless it was added before, or the run's beginning is not known yet, by
    // which its dates are judged.
    bool add(const HostResult& host) {
        if (!now_ || !seen_.add(host)) return false;
        digest_.add(host, *now_);
        return true;
    }

    // Adds the hosts of the run that are missing. also: what a report keeps of each in addition.
    Status add_rest(
        const FleetReport& report,
        HostReader& hosts,
        const std::function<void(const HostResult&)>& also = [](const HostResult&) {}
    ) {
        if (now_ && gets_all_) return {};
        now_ = report.run.started;
        return seen_.rest(report, hosts, [&](const HostResult& host) {
            if (add(host)) also(host);
        });
    }

    [[nodiscard]] const Digest& digest() const noexcept { return digest_; }

private:
    std::optional<std::int64_t> now_;
    bool gets_all_; // of a run that was killed, fewer than its targets
    SeenHosts seen_;
    Digest digest_;
};

} // namespace rdpsweep
