// Pacing on one executor: a token bucket for new connections.
#pragma once

#include "core/host_deadline.hpp"

namespace rdpsweep {

// Spreads connection attempts so that a sweep starts as a ramp, not as a burst of SYNs. Not
// thread-safe: one lane, one pacer.
class Pacer {
public:
    // per_second > 0; burst connections may go at once after a quiet time (at least 1).
    Pacer(double per_second, double burst, Clock::time_point begun = Clock::now());

    // Waits for a turn. False when the deadline passed first.
    Task<bool> turn(HostDeadline& deadline);

    // Takes the next turn for one who asks at now, and returns when it is due: now or later.
    Clock::time_point take(Clock::time_point now) noexcept;

    // Halves the rate, at most once a second: call it on signs that our machine is saturated. The
    // rate comes back step by step when the signs stop.
    void slow_down(Clock::time_point now = Clock::now()) noexcept;

    [[nodiscard]] double per_second() const noexcept { return rate_; }

private:
    void recover(Clock::time_point now) noexcept;

    double rate_;
    double full_rate_;
    double burst_;
    Clock::time_point next_; // when the next turn is due; turns are handed out in order of asking
    Clock::time_point slowed_{}; // when slow_down() last did something, or recover() gave some back
};

} // namespace rdpsweep
