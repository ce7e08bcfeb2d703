// Lets each caller wait by a timer of its own. Only that of the first in line is set.
#include "core/pacer.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr auto never = Clock::time_point::max();

} // namespace

asio::steady_timer* Pacer::first() const noexcept {
    for (const auto& line : lines_) {
        if (!line.empty()) return line.front();
    }
    return nullptr;
}

// Returns when the first in line may go.
Clock::time_point Pacer::due(Clock::time_point now) noexcept {
    const auto any = pace_.due(now);
    const auto& beginners = lines_.back();
    const bool begins = !beginners.empty() && first() == beginners.front();
    return begins ? std::max(any, beginners_.due(now)) : any;
}

// A timer whose time is changed lets its owner look again.
void Pacer::call_first() {
    auto* const timer = first();
    if (timer == nullptr) return;
    const auto at = due(Clock::now());
    if (timer->expiry() != at) timer->expires_at(at);
}

Task<bool> Pacer::wait(asio::steady_timer& timer, HostDeadline& deadline) {
    const auto guard = deadline.on_abort([&timer] { timer.cancel(); });
    for (;;) {
        if (deadline.expired()) co_return false;
        const bool mine = first() == &timer;
        const auto now = Clock::now();
        if (mine && due(now) <= now) co_return true;
        if (!mine) timer.expires_at(never); // somebody came before it
        boost::system::error_code code;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, code));
    }
}

Task<bool> Pacer::turn(HostDeadline& deadline, For whom) {
    const auto held = deadline.hold();
    asio::steady_timer timer(deadline.executor(), never);
    auto& line = lines_.at(static_cast<std::size_t>(whom));
    const auto at = line.insert(line.end(), &timer);
    call_first();
    const bool mine = co_await wait(timer, deadline);
    const auto now = Clock::now();
    if (mine) pace_.take(now);
    if (mine && whom == For::a_beginner) beginners_.take(now);
    line.erase(at);
    call_first();
    co_return mine;
}

} // namespace rdpsweep
