// What Azure keeps of its VMs for those who are about to change them: locks
// (Microsoft.Authorization) and copies of disks (Microsoft.Compute/snapshots).
#pragma once

#include "tests/simfleet/azure/arm_resources.hpp"
#include "tests/simfleet/stats.hpp"
#include "tests/simfleet/winrm/http_message.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <vector>

namespace simfleet {

class ArmGuards {
public:
    ArmGuards(const ArmResources& resources, Stats& stats) : resources_(resources), stats_(stats) {}

    // The locks of a subscription, whatever they are on.
    [[nodiscard]] std::vector<nlohmann::json> locks(std::size_t subscription) const;

    // .../snapshots/NAME: made by PUT, done at the second GET. path as written.
    HttpResponse of_snapshot(const HttpRequest& request, const std::string& path);

private:
    HttpResponse make(const HttpRequest& request, const std::string& path);
    [[nodiscard]] bool is_os_disk(const std::string& id) const;

    struct Snapshot {
        std::string source;
        unsigned looks = 0;
    };

    const ArmResources& resources_;
    Stats& stats_;
    std::map<std::string, Snapshot> snapshots_; // by path, in small letters
};

} // namespace simfleet
