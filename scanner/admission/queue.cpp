// Parks a host at the first limit that is full and wakes it there, so that no turn looks at every
// host.
#include "scanner/admission/queue.hpp"

#include <algorithm>
#include <utility>

namespace rdpsweep {

AdmissionQueue::Limiter AdmissionQueue::limiter(const std::string& name, std::size_t capacity) {
    const auto [at, fresh] = names_.try_emplace(name, static_cast<Limiter>(gauges_.size()));
    if (fresh) gauges_.push_back({capacity, 0, {}});
    return at->second;
}

std::optional<AdmissionQueue::Limiter> AdmissionQueue::find(const std::string& name) const {
    const auto at = names_.find(name);
    if (at == names_.end()) return std::nullopt;
    return at->second;
}

void AdmissionQueue::push(std::size_t host, std::vector<Limiter> limiters) {
    const auto [at, fresh] = lane_of_.try_emplace(limiters, lanes_.size());
    if (fresh) lanes_.push_back({std::move(limiters), {}, false});
    auto& lane = lanes_[at->second];
    lane.hosts.push_back(host);
    ++pending_;
    if (std::exchange(lane.queued, true)) return;
    ready_.push_back(at->second);
}

std::optional<AdmissionQueue::Limiter> AdmissionQueue::first_full(const Lane& lane) const noexcept {
    for (const auto limiter : lane.limiters) {
        if (gauges_[limiter].used >= gauges_[limiter].capacity) return limiter;
    }
    return std::nullopt;
}

// Each place that becomes free wakes one lane that waits for it. A lane that then finds another
// limiter full passes the call on, so that no free place is forgotten.
void AdmissionQueue::wake(Limiter limiter, std::size_t lanes) {
    auto& parked = gauges_[limiter].parked;
    for (; lanes > 0 && !parked.empty(); --lanes) {
        ready_.push_back(parked.front());
        parked.pop_front();
    }
}

void AdmissionQueue::park(std::uint32_t lane, Limiter full) {
    gauges_[full].parked.push_back(lane);
    for (const auto limiter : lanes_[lane].limiters) {
        if (gauges_[limiter].used < gauges_[limiter].capacity) wake(limiter, 1);
    }
}

std::optional<AdmissionQueue::Ticket> AdmissionQueue::take() {
    while (in_flight_ < most_ && !ready_.empty()) {
        const auto number = ready_.front();
        ready_.pop_front();
        auto& lane = lanes_[number];
        if (const auto full = first_full(lane)) {
            park(number, *full);
            continue;
        }
        for (const auto limiter : lane.limiters)
            ++gauges_[limiter].used;
        const Ticket ticket{lane.hosts.front(), number, {}};
        lane.hosts.pop_front();
        --pending_;
        ++in_flight_;
        lane.queued = !lane.hosts.empty();
        if (lane.queued) ready_.push_back(number);
        return ticket;
    }
    return std::nullopt;
}

void AdmissionQueue::release(const Ticket& ticket) {
    --in_flight_;
    for (const auto limiter : lanes_[ticket.lane].limiters) {
        const auto& returned = ticket.returned;
        if (std::find(returned.begin(), returned.end(), limiter) == returned.end()) leave(limiter);
    }
}

void AdmissionQueue::release_early(Ticket& ticket, Limiter limiter) {
    ticket.returned.push_back(limiter);
    leave(limiter);
}

bool AdmissionQueue::enter(Limiter limiter) noexcept {
    auto& gauge = gauges_[limiter];
    if (gauge.used >= gauge.capacity) return false;
    ++gauge.used;
    return true;
}

void AdmissionQueue::leave(Limiter limiter) {
    auto& gauge = gauges_[limiter];
    --gauge.used;
    if (gauge.used < gauge.capacity) wake(limiter, 1);
}

void AdmissionQueue::resize(Limiter limiter, std::size_t capacity) {
    auto& gauge = gauges_[limiter];
    const auto room_before = gauge.capacity > gauge.used ? gauge.capacity - gauge.used : 0;
    gauge.capacity = capacity;
    const auto room = capacity > gauge.used ? capacity - gauge.used : 0;
    if (room > room_before) wake(limiter, room - room_before);
}

} // namespace rdpsweep
