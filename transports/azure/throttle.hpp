// Keeps our calls below Azure's limits: one token bucket for each scope in which Azure counts.
#pragma once

#include "core/host_deadline.hpp"
#include "transports/azure/rest.hpp"

#include <map>
#include <string>

namespace rdpsweep::azure {

// For one scope: how many calls at once after a quiet time, and how many a second from then on.
struct Quota {
    double burst = 1;
    double per_second = 1;
};

// Azure's own numbers, less a tenth for others who use the same identity.
namespace quotas {
// ARM, reads of one principal in one subscription: 250 and 25 a second (2024 limits).
inline constexpr Quota arm_reads{225, 22};
// ARM, writes, and deletes as many again: 200 and 10 a second. Compute
// allows 500 Run Commands a minute in a subscription.
inline constexpr Quota arm_writes{180, 7.5};
// Resource Graph, one principal: 15 queries in 5 seconds.
inline constexpr Quota graph{13, 2.7};
} // namespace quotas

// On one lane.
class Throttle {
public:
    // Waits for a turn in the scope named key. False when host ended first.
    Task<bool> admit(std::string key, Quota quota, HostDeadline& deadline);

    // Takes a turn at now, and returns zero; or returns how long to wait before asking again.
    Clock::duration take(const std::string& key, const Quota& quota, Clock::time_point now);

    // Learns from the answer's headers what is left, and how long the server wants us to pause.
    void
    learn(const std::string& key, const RestAnswer& answer, Clock::time_point now = Clock::now());

    // Holds back all calls in that scope for so long.
    void pause(const std::string& key, Clock::duration time, Clock::time_point now = Clock::now());

private:
    struct Bucket {
        double left = 0;
        Clock::time_point filled;
        Clock::time_point closed_until;
    };

    std::map<std::string, Bucket> buckets_;
};

} // namespace rdpsweep::azure
