// Locks of Azure (Microsoft.Authorization/locks): what may not be changed, or not be removed. They
// count for everything below their scope.
#pragma once

#include "transports/azure/arm.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::azure {

struct Lock {
    std::string scope; // id, in small letters
    std::string name;
    std::string level; // ReadOnly, CanNotDelete
};

class Locks {
public:
    explicit Locks(Arm& arm) : arm_(arm) {}

    // Reads the locks of a subscription, unless that was done within the last five minutes.
    Task<Status> read(std::string subscription, HostDeadline& deadline);

    // Returns a lock on the resource with that id, or on what is above it; null: there is none, or
    // its subscription was not read.
    [[nodiscard]] const Lock* on(std::string_view id) const;

private:
    struct Known {
        Clock::time_point read;
        std::vector<Lock> all;
    };

    Arm& arm_;
    std::map<std::string, Known> known_; // by subscription, in small letters
};

} // namespace rdpsweep::azure
