// Lets those that wait in, in the order in which they came, as others leave.
#include "transports/ssh/doorway.hpp"

namespace rdpsweep::ssh {

Task<Doorway::Pass> Doorway::enter(HostDeadline& deadline) {
    while (inside_ >= most_) {
        if (deadline.expired()) co_return Pass(nullptr);
        const auto timer = std::make_shared<asio::steady_timer>(deadline.executor(), deadline.at());
        const auto guard = deadline.on_abort([timer] { timer->cancel(); });
        const auto place = waiting_.insert(waiting_.end(), timer);
        boost::system::error_code ignored;
        co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        waiting_.erase(place);
    }
    ++inside_;
    co_return Pass(this);
}

void Doorway::leave() noexcept {
    --inside_;
    if (!waiting_.empty()) waiting_.front()->cancel();
}

} // namespace rdpsweep::ssh
