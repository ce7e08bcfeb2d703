// Gives each waiting coroutine a timer until its deadline, which wake() cancels.
#include "scanner/admission/waiting_room.hpp"

namespace rdpsweep {

Task<bool> WaitingRoom::wait(HostDeadline& deadline) {
    asio::steady_timer timer(deadline.executor(), deadline.at());
    const auto at = waiting_.insert(waiting_.end(), &timer);
    {
        const auto guard = deadline.on_abort([&timer] { timer.cancel(); });
        boost::system::error_code code;
        if (!deadline.expired()) {
            co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, code));
        }
    }
    waiting_.erase(at);
    co_return !deadline.expired();
}

void WaitingRoom::wake() {
    for (auto* timer : waiting_)
        timer->cancel();
}

} // namespace rdpsweep
