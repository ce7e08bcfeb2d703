// Pacing of new connections on one executor: who may open the next one, and when.
#pragma once

#include "core/host_deadline.hpp"
#include "core/pace.hpp"

#include <list>

namespace rdpsweep {

// Spreads connection attempts so that a sweep starts as a ramp, not as a burst of SYNs. Not
// thread-safe: one lane, one pacer.
class Pacer {
public:
    // Hosts under way go first, so that no host's last step waits behind all that are to begin.
    enum class For : std::uint8_t { one_under_way, a_beginner };

    // As of Pace.
    Pacer(double per_second, double burst, Clock::time_point begun = Clock::now())
        : pace_(per_second, burst, begun) {}

    // Waits for a turn; within each kind in order of asking. The deadline's clock stands still
    // meanwhile: our pace is not the host's time. False when it ended first.
    Task<bool> turn(HostDeadline& deadline, For whom = For::one_under_way);

    // As of Pace.
    void slow_down(Clock::time_point now = Clock::now()) noexcept { pace_.slow_down(now); }

    [[nodiscard]] double per_second() const noexcept { return pace_.per_second(); }

private:
    using Line = std::list<asio::steady_timer*>; // each rings when its owner may go

    [[nodiscard]] asio::steady_timer* first() const noexcept;
    void call_first();
    Task<bool> wait(asio::steady_timer& timer, HostDeadline& deadline);

    Pace pace_;
    Line under_way_;
    Line beginners_;
};

} // namespace rdpsweep
