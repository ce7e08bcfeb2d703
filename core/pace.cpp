// Hands out turns as times.
#include "core/pace.hpp"

#include <algorithm>

namespace rdpsweep {

Pace::Pace(double per_second, double burst, Clock::time_point begun)
    : rate_(std::max(per_second, 0.1)), full_rate_(rate_), burst_(std::max(burst, 1.0)),
      next_(begun) {}

Clock::duration Pace::gap() const noexcept {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / rate_));
}

Clock::time_point Pace::due(Clock::time_point now) noexcept {
    recover(now);
    // A quiet time saves up `burst` turns, no more.
    const auto saved = std::chrono::duration_cast<Clock::duration>(gap() * (burst_ - 1));
    return std::max(next_, now - saved);
}

Clock::time_point Pace::take(Clock::time_point now) noexcept {
    const auto mine = due(now);
    next_ = mine + gap();
    return std::max(mine, now);
}

void Pace::slow_down(Clock::time_point now) noexcept {
    if (now - slowed_ < std::chrono::seconds(1)) return;
    slowed_ = now;
    rate_ = std::max(full_rate_ / 16, rate_ / 2);
}

void Pace::recover(Clock::time_point now) noexcept {
    if (rate_ >= full_rate_ || now - slowed_ < std::chrono::seconds(10)) return;
    slowed_ = now;
    rate_ = std::min(full_rate_, rate_ * 2);
}

} // namespace rdpsweep
