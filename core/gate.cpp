// Hands out turns as times: each caller sleeps until its own, and there is no queue.
#include "core/gate.hpp"

#include <algorithm>

namespace rdpsweep {

Pacer::Pacer(double per_second, double burst, Clock::time_point begun)
    : rate_(std::max(per_second, 0.1)), full_rate_(rate_), burst_(std::max(burst, 1.0)),
      next_(begun) {}

Clock::time_point Pacer::take(Clock::time_point now) noexcept {
    recover(now);
    const auto gap =
        std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / rate_));
    // A quiet pacer saves up to `burst` turns, no more.
    const auto earliest = now - std::chrono::duration_cast<Clock::duration>(gap * (burst_ - 1));
    const auto mine = std::max(next_, earliest);
    next_ = mine + gap;
    return std::max(mine, now);
}

Task<bool> Pacer::turn(HostDeadline& deadline) {
    const auto now = Clock::now();
    const auto due = take(now);
    if (due <= now) co_return !deadline.expired();
    co_return co_await deadline.sleep(due - now);
}

void Pacer::slow_down(Clock::time_point now) noexcept {
    if (now - slowed_ < std::chrono::seconds(1)) return;
    slowed_ = now;
    rate_ = std::max(full_rate_ / 16, rate_ / 2);
}

void Pacer::recover(Clock::time_point now) noexcept {
    if (rate_ >= full_rate_ || now - slowed_ < std::chrono::seconds(10)) return;
    slowed_ = now;
    rate_ = std::min(full_rate_, rate_ * 2);
}

} // namespace rdpsweep
