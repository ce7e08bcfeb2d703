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
    const auto [at, fresh] = line_of_.try_emplace(limiters, lines_.size());
    if (fresh) lines_.push_back({std::move(limiters), {}, false});
    auto& line = lines_[at->second];
    line.hosts.push_back(host);
    ++pending_;
    if (std::exchange(line.queued, true)) return;
    ready_.push_back(at->second);
}

std::optional<AdmissionQueue::Limiter> AdmissionQueue::first_full(const Line& line) const noexcept {
    for (const auto limiter : line.limiters) {
        if (gauges_[limiter].used >= gauges_[limiter].capacity) return limiter;
    }
    return std::nullopt;
}

// Each place that becomes free wakes one line that waits for it. A line that then finds another
// limiter full passes the call on, so that no free place is forgotten.
void AdmissionQueue::wake(Limiter limiter, std::size_t lines) {
    auto& parked = gauges_[limiter].parked;
    for (; lines > 0 && !parked.empty(); --lines) {
        ready_.push_back(parked.front());
        parked.pop_front();
    }
}

void AdmissionQueue::park(std::uint32_t line, Limiter full) {
    gauges_[full].parked.push_back(line);
    for (const auto limiter : lines_[line].limiters) {
        if (gauges_[limiter].used < gauges_[limiter].capacity) wake(limiter, 1);
    }
}

std::optional<AdmissionQueue::Ticket> AdmissionQueue::take() {
    while (in_flight_ < most_ && !ready_.empty()) {
        const auto number = ready_.front();
        ready_.pop_front();
        auto& line = lines_[number];
        if (const auto full = first_full(line)) {
            park(number, *full);
            continue;
        }
        for (const auto limiter : line.limiters)
            ++gauges_[limiter].used;
        const Ticket ticket{line.hosts.front(), number, {}};
        line.hosts.pop_front();
        --pending_;
        ++in_flight_;
        line.queued = !line.hosts.empty();
        if (line.queued) ready_.push_back(number);
        return ticket;
    }
    return std::nullopt;
}

void AdmissionQueue::release(const Ticket& ticket) {
    --in_flight_;
    for (const auto limiter : lines_[ticket.line].limiters) {
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
