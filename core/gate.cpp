#include "core/gate.hpp"

#include <algorithm>

namespace rdpsweep {

Pacer::Pacer(double per_second, double burst)
    : rate_(std::max(per_second, 0.1)), floor_(std::max(rate_ / 16, 0.1)),
      burst_(std::max(burst, 1.0)), next_(Clock::now()) {}

Task<bool> Pacer::turn(HostScope& scope) {
    const auto gap =
        std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / rate_));
    const auto now = Clock::now();
    // A quiet pacer saves up to `burst` turns, no more.
    const auto earliest = now - std::chrono::duration_cast<Clock::duration>(gap * (burst_ - 1));
    next_ = std::max(next_, earliest);
    const auto mine = next_;
    next_ += gap;
    if (mine <= now) co_return !scope.expired();
    co_return co_await scope.sleep(mine - now);
}

void Pacer::slow_down() noexcept {
    rate_ = std::max(floor_, rate_ / 2);
}

} // namespace rdpsweep
