// Lets each caller wait by a timer of its own. Only that of the first in line is set.
#include "core/pacer.hpp"

namespace rdpsweep {

namespace {

constexpr auto never = Clock::time_point::max();

} // namespace

asio::steady_timer* Pacer::first() const noexcept {
    if (!under_way_.empty()) return under_way_.front();
    return beginners_.empty() ? nullptr : beginners_.front();
}

// A timer whose time is changed lets its owner look again.
void Pacer::call_first() {
    auto* const timer = first();
    if (timer == nullptr) return;
    const auto due = pace_.due(Clock::now());
    if (timer->expiry() != due) timer->expires_at(due);
}

Task<bool> Pacer::wait(asio::steady_timer& timer, HostDeadline& deadline) {
    const auto guard = deadline.on_abort([&timer] { timer.cancel(); });
    for (;;) {
        if (deadline.expired()) co_return false;
        const bool mine = first() == &timer;
        const auto now = Clock::now();
        if (mine && pace_.due(now) <= now) co_return true;
        if (!mine) timer.expires_at(never); // somebody came before it
        boost::system::error_code code;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, code));
    }
}

Task<bool> Pacer::turn(HostDeadline& deadline, For whom) {
    const auto held = deadline.hold();
    asio::steady_timer timer(deadline.executor(), never);
    auto& line = whom == For::a_beginner ? beginners_ : under_way_;
    const auto at = line.insert(line.end(), &timer);
    call_first();
    const bool mine = co_await wait(timer, deadline);
    if (mine) pace_.take(Clock::now());
    line.erase(at);
    call_first();
    co_return mine;
}

} // namespace rdpsweep
