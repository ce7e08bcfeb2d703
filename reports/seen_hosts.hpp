// Which hosts a report has had: those that ended while the sweep ran need not be read again.
#pragma once

#include "reports/report.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace rdpsweep {

class SeenHosts {
public:
    // Notes a host; false when it was noted before.
    bool add(const HostResult& host) {
        if (host.index >= seen_.size()) seen_.resize(host.index + 1);
        if (seen_[host.index]) return false;
        seen_[host.index] = true;
        ++count_;
        return true;
    }

    // Reads the run's hosts where some of them were never noted: those that an earlier process
    // visited. visit gets every one that is stored, also those that were.
    Status rest(
        const FleetReport& report,
        HostReader& hosts,
        const std::function<void(const HostResult&)>& visit
    ) const {
        if (count_ >= report.totals.targets) return {};
        return hosts.for_each(visit);
    }

private:
    std::vector<bool> seen_; // [i]: the host at i in the inventory
    std::size_t count_ = 0;
};

} // namespace rdpsweep
