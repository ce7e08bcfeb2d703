// Keeps a bucket for each scope, and lowers it by what Azure says is left.
#include "transports/azure/throttle.hpp"

#include "transports/azure/arm_error.hpp"

#include <algorithm>
#include <charconv>

namespace rdpsweep::azure {

namespace {

double seconds(Clock::duration time) {
    return std::chrono::duration<double>(time).count();
}

Clock::duration duration(double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

std::optional<double> whole(std::string_view text) {
    unsigned value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end) return {};
    return value;
}

} // namespace

Clock::duration Throttle::take(const std::string& key, const Quota& quota, Clock::time_point now) {
    auto [at, fresh] = buckets_.try_emplace(key);
    auto& bucket = at->second;
    if (fresh) {
        bucket.left = quota.burst;
    } else {
        const auto gone = std::max(now - bucket.filled, Clock::duration::zero());
        bucket.left += seconds(gone) * quota.per_second;
        bucket.left = std::min(bucket.left, quota.burst);
    }
    bucket.filled = std::max(now, bucket.filled);
    const auto closed = bucket.closed_until - now;
    const auto empty = duration((1 - bucket.left) / quota.per_second);
    const auto wait = std::max(closed, bucket.left >= 1 ? Clock::duration::zero() : empty);
    if (wait > Clock::duration::zero()) return wait;
    bucket.left -= 1;
    return Clock::duration::zero();
}

Task<bool> Throttle::admit(std::string key, Quota quota, HostDeadline& deadline) {
    for (;;) {
        const auto wait = take(key, quota, Clock::now());
        if (wait <= Clock::duration::zero()) co_return true;
        const bool slept = co_await deadline.sleep(wait);
        if (!slept) co_return false;
    }
}

void Throttle::learn(const std::string& key, const RestAnswer& answer, Clock::time_point now) {
    const auto at = buckets_.find(key);
    if (at == buckets_.end()) return;
    auto& bucket = at->second;
    for (const auto* name :
         {"x-ms-ratelimit-remaining-subscription-reads",
          "x-ms-ratelimit-remaining-tenant-reads",
          "x-ms-ratelimit-remaining-subscription-writes",
          "x-ms-ratelimit-remaining-subscription-deletes",
          "x-ms-user-quota-remaining"}) {
        const auto left = whole(answer.header(name));
        if (left) bucket.left = std::min(bucket.left, *left);
    }
    if (answer.header("x-ms-user-quota-remaining") != "0") return;
    if (const auto asked = asked_pause(answer)) pause(key, *asked, now);
}

void Throttle::pause(const std::string& key, Clock::duration time, Clock::time_point now) {
    auto& bucket = buckets_[key];
    bucket.closed_until = std::max(bucket.closed_until, now + time);
    // The calls that waited do not all come back in the same moment.
    bucket.left = std::min(bucket.left, 0.0);
    bucket.filled = std::max(bucket.filled, bucket.closed_until);
}

} // namespace rdpsweep::azure
