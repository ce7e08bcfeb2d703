// What Azure keeps of its VMs for those who are about to change them: locks
// (Microsoft.Authorization).
#pragma once

#include "tests/simfleet/azure/arm_resources.hpp"

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace simfleet {

class ArmGuards {
public:
    explicit ArmGuards(const ArmResources& resources) : resources_(resources) {}

    // The locks of a subscription, whatever they are on.
    [[nodiscard]] std::vector<nlohmann::json> locks(std::size_t subscription) const;

private:
    const ArmResources& resources_;
};

} // namespace simfleet
