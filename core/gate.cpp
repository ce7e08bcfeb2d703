// Hands out turns as times: each caller sleeps until its own, and there is no queue.
#include "core/gate.hpp"

#include <algorithm>

namespace rdpsweep {

Pacer::Pacer(double per_second, double burst)
    : rate_(std::max(per_second, 0.1)), full_rate_(rate_), burst_(std::max(burst, 1.0)),
      next_(Clock::now()) {}

Task<bool> Pacer::turn(HostDeadline& deadline) {
    recover();
    const auto gap =
        std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / rate_));
    const auto now = Clock::now();
    // A quiet pacer saves up to `burst` turns, no more.
    const auto earliest = now - std::chrono::duration_cast<Clock::duration>(gap * (burst_ - 1));
    next_ = std::max(next_, earliest);
    const auto mine = next_;
    next_ += gap;
    if (mine <= now) co_return !deadline.expired();
    co_return co_await deadline.sleep(mine - now);
}

void Pacer::slow_down() noexcept {
    const auto now = Clock::now();
    if (now - slowed_ < std::chrono::seconds(1)) return;
    slowed_ = now;
    rate_ = std::max(full_rate_ / 16, rate_ / 2);
}

void Pacer::recover() noexcept {
    const auto now = Clock::now();
    if (rate_ >= full_rate_ || now - slowed_ < std::chrono::seconds(10)) return;
    slowed_ = now;
    rate_ = std::min(full_rate_, rate_ * 2);
}

} // namespace rdpsweep
