// How hosts end, and the sweep itself; who is still in flight.
#include "scanner/engine/sweep.hpp"

#include <algorithm>

namespace rdpsweep {

void Sweep::fail(Error error, std::string why) {
    if (!failure_) failure_ = std::move(error);
    if (!stopping_) stop(std::move(why));
}

void Sweep::credential_stopped(const std::string& credential, const Breaker& breaker) {
    if (!options_.events.stopped) return;
    std::size_t left = 0;
    for (std::size_t index = 0; index < targets_.size(); ++index) {
        const bool refused = breaker.refusals().count(index) > 0;
        if (!done_[index] && !refused && targets_[index].credential == credential) ++left;
    }
    options_.events.stopped(credential, breaker, left);
}

std::string Sweep::why_not_attempted(const HostResult& result) {
    auto why = admission_.why_stopped(result.target.credential);
    if (why.empty()) why = why_stopped_;
    if (!why.empty()) return why;
    const bool tried = !result.attempts.empty() && result.attempts.back().error;
    return tried ? std::string(result.attempts.back().error->detail()) : "the run ended first";
}

void Sweep::report(HostResult& result) {
    done_[result.index] = true;
    if (result.outcome == Outcome::not_attempted) result.reason = why_not_attempted(result);
    if (auto stored = options_.events.finished(result); !stored) {
        fail(std::move(stored).error(), "the run could not be stored");
    }
}

void Sweep::report_untouched() {
    for (std::size_t index = 0; index < targets_.size(); ++index) {
        if (done_[index] || failure_) continue;
        HostResult result;
        result.target = targets_[index];
        result.index = index;
        result.outcome = Outcome::not_attempted;
        report(result);
    }
}

void Sweep::stop(std::string why) {
    if (why_stopped_.empty()) why_stopped_ = std::move(why);
    if (stopping_) {
        abort_all();
        return;
    }
    stopping_ = true;
    hold_timer_.cancel();
    for (auto* waiting : waiting_)
        waiting->abort();
    drain_timer_.expires_after(options_.drain);
    drain_timer_.async_wait([this](boost::system::error_code code) {
        if (!code) abort_all();
    });
}

std::vector<Sweep::Flight> Sweep::in_flight() const {
    std::vector<Flight> flights;
    const auto now = Clock::now();
    for (const auto& active : active_) {
        flights.push_back(
            {active.visit->result().target.name,
             std::string(active.visit->rung_now()),
             std::chrono::duration_cast<std::chrono::milliseconds>(now - active.since)}
        );
    }
    std::sort(flights.begin(), flights.end(), [](const Flight& a, const Flight& b) {
        return a.since > b.since;
    });
    return flights;
}

void Sweep::abort_all() {
    for (const auto& flight : active_)
        flight.deadline->abort();
}

} // namespace rdpsweep
