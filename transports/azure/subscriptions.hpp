// The subscriptions that our identity sees, and those that are meant.
#pragma once

#include "transports/azure/arm.hpp"

#include <string>
#include <vector>

namespace rdpsweep::azure {

struct Subscription {
    std::string id; // folded
    std::string name;
    std::string state; // "Enabled", "Warned", "PastDue", "Disabled", "Deleted"

    // Tells whether it can be read: others answer nothing of use.
    [[nodiscard]] bool readable() const noexcept {
        return state == "Enabled" || state == "Warned" || state == "PastDue";
    }
};

Task<Result<std::vector<Subscription>>> list_subscriptions(Arm& arm, HostDeadline& deadline);

// Returns those that wanted names, by id or by name; all when it names none. Error{config,
// name_not_found} with the nearest known name, or when a name is that of two.
Result<std::vector<Subscription>>
choose(std::vector<Subscription> all, const std::vector<std::string>& wanted);

} // namespace rdpsweep::azure
