// What Azure keeps of its VMs for those who are about to change them: locks
// (Microsoft.Authorization) and copies of disks (Microsoft.Compute/snapshots).
#pragma once

#include "tests/simfleet/azure/arm_resources.hpp"
#include "tests/simfleet/stats.hpp"
#include "tests/simfleet/winrm/http_message.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace simfleet {

class ArmGuards {
public:
    ArmGuards(const ArmResources& resources, Stats& stats) : resources_(resources), stats_(stats) {}

    // The locks of a subscription, whatever they are on.
    [[nodiscard]] std::vector<nlohmann::json> locks(std::size_t subscription) const;

    // .../snapshots/NAME: made by PUT and gone by DELETE, each done at the second GET. path as
    // written.
    HttpResponse of_snapshot(const HttpRequest& request, const std::string& path);

    // The snapshots of a subscription, or of one resource group.
    [[nodiscard]] std::vector<nlohmann::json>
    snapshots(std::size_t subscription, std::string_view group) const;

private:
    struct Snapshot {
        std::string path;
        std::string source;
        std::string location;
        unsigned looks = 0;
        bool leaving = false;
    };

    HttpResponse make(const HttpRequest& request, const std::string& path);
    [[nodiscard]] nlohmann::json describe(const Snapshot& snapshot) const;

    const ArmResources& resources_;
    Stats& stats_;
    std::map<std::string, Snapshot> snapshots_; // by path, in small letters
};

} // namespace simfleet
