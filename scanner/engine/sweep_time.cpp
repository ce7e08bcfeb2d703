// When hosts may begin, and how long each of them has.
#include "scanner/engine/sweep.hpp"
#include "transports/registry.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

// How often it is asked whether hosts may be begun again: nobody tells.
constexpr std::chrono::milliseconds hold_interval{20};

} // namespace

// Tells whether hosts have to wait although they might go. Their own time has not begun.
bool Sweep::hold() {
    if (holding_) return true;
    const auto& may_begin = options_.events.may_begin;
    if (!may_begin || !admission_.anybody_waits() || may_begin()) return false;
    holding_ = true;
    hold_timer_.expires_after(hold_interval);
    hold_timer_.async_wait([this](boost::system::error_code) {
        holding_ = false;
        pump();
    });
    return true;
}

// What runs by an agent or a console takes minutes where a network path takes seconds.
Clock::duration Sweep::usual_budget(const Target& target) const {
    if (options_.host_deadline) return *options_.host_deadline;
    const bool slow =
        std::any_of(target.route.begin(), target.route.end(), [](const std::string& transport) {
            return traits_of(transport).slow;
        });
    return slow ? limits::slow_host : limits::host;
}

} // namespace rdpsweep
