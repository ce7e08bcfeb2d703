// When the next of many may go: a bucket of turns that fills at a steady rate.
#pragma once

#include "core/asio.hpp"

namespace rdpsweep {

// Pure: told what time it is. Not thread-safe.
class Pace {
public:
    // per_second > 0; burst may go at once after a quiet time (at least 1).
    Pace(double per_second, double burst, Clock::time_point begun = Clock::now());

    // Takes the next turn for one that asks at now, and returns when it is due: now or later.
    Clock::time_point take(Clock::time_point now) noexcept;

    // Returns when a turn that is taken at now would be due; it may have been due for a while.
    [[nodiscard]] Clock::time_point due(Clock::time_point now) noexcept;

    // Halves the rate, at most once a second: call it on signs that our machine is saturated. The
    // rate comes back step by step when the signs stop.
    void slow_down(Clock::time_point now = Clock::now()) noexcept;

    [[nodiscard]] double per_second() const noexcept { return rate_; }

private:
    [[nodiscard]] Clock::duration gap() const noexcept;
    void recover(Clock::time_point now) noexcept;

    double rate_;
    double full_rate_;
    double burst_;
    Clock::time_point next_; // when the next turn is due; turns are handed out in order of asking
    Clock::time_point slowed_{}; // when slow_down() last did something, or recover() gave some back
};

} // namespace rdpsweep
