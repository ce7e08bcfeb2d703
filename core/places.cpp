// Lets those that wait in, in the order in which they came, as others leave.
#include "core/places.hpp"

namespace rdpsweep {

Task<Places::Place> Places::enter(HostDeadline& deadline) {
    bool mine = waiting_.empty() && taken_ < most_ && !deadline.expired();
    if (!mine) mine = co_await wait_in_line(deadline);
    if (!mine) co_return Place();
    ++taken_;
    call_next(); // there may be more than one
    co_return Place(this);
}

Task<bool> Places::wait_in_line(HostDeadline& deadline) {
    asio::steady_timer called(deadline.executor());
    const auto guard = deadline.on_abort([&called] { called.cancel(); });
    const auto at = waiting_.insert(waiting_.end(), &called);
    bool mine = false;
    while (!mine && !deadline.expired()) {
        called.expires_at(deadline.at());
        boost::system::error_code ignored;
        co_await called.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        mine = waiting_.front() == &called && taken_ < most_ && !deadline.expired();
    }
    waiting_.erase(at);
    if (!mine) call_next(); // one that gives up passes its turn on
    co_return mine;
}

void Places::call_next() {
    if (!waiting_.empty() && taken_ < most_) waiting_.front()->cancel();
}

void Places::leave() {
    --taken_;
    call_next();
    if (waiting_.empty() && left_) left_();
}

void Places::resize(std::size_t most) {
    most_ = most;
    call_next();
}

} // namespace rdpsweep
