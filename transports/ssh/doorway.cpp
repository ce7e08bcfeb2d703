// Lets those that wait in, in the order in which they came, as others leave.
#include "transports/ssh/doorway.hpp"

#include <algorithm>

namespace rdpsweep::ssh {

Task<Doorway::Pass> Doorway::enter(HostDeadline& deadline) {
    bool mine = waiting_.empty() && inside_ < now_ && !deadline.expired();
    if (!mine) mine = co_await wait_in_line(deadline);
    if (!mine) co_return Pass(nullptr);
    ++inside_;
    call_next();
    co_return Pass(this);
}

Task<bool> Doorway::wait_in_line(HostDeadline& deadline) {
    const auto timer = std::make_shared<asio::steady_timer>(deadline.executor());
    const auto guard = deadline.on_abort([timer] { timer->cancel(); });
    const auto place = waiting_.insert(waiting_.end(), timer);
    bool mine = false;
    while (!mine && !deadline.expired()) {
        mine = waiting_.front() == timer && inside_ < now_;
        if (mine) break;
        timer->expires_at(deadline.at());
        boost::system::error_code ignored;
        co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    waiting_.erase(place);
    // One that gives up passes its turn on.
    if (!mine) call_next();
    co_return mine;
}

void Doorway::call_next() noexcept {
    if (!waiting_.empty() && inside_ < now_) waiting_.front()->cancel();
}

void Doorway::leave() noexcept {
    --inside_;
    call_next();
}

void Doorway::narrow() noexcept {
    now_ = std::max<std::size_t>(1, now_ / 2);
    got_in_ = 0;
    ++age_;
}

void Doorway::widen() noexcept {
    if (now_ == most_ || ++got_in_ < now_) return;
    got_in_ = 0;
    ++now_;
    call_next();
}

} // namespace rdpsweep::ssh
