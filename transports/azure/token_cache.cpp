// Lets the first caller fetch the token while the others wait for the same one.
#include "transports/azure/token_cache.hpp"

#include <ctime>

namespace rdpsweep::azure {

TokenCache::TokenCache(std::unique_ptr<TokenSource> source, std::function<std::int64_t()> now)
    : source_(std::move(source)), now_(std::move(now)) {}

std::int64_t TokenCache::unix_now() {
    return std::time(nullptr);
}

Task<Result<const AccessToken*>> TokenCache::get(HostDeadline& deadline) {
    while (!token_ || now_() >= token_->refresh) {
        if (fetching_) {
            const auto timer = fetching_;
            const auto guard = deadline.on_abort([timer] { timer->cancel(); });
            boost::system::error_code ignored;
            co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
            if (deadline.expired()) {
                co_return Error(Phase::authenticate, Errc::timed_out, "no token in time");
            }
            continue;
        }
        auto renewed = co_await renew(deadline);
        if (renewed) break;
        const bool still_good = token_ && now_() < token_->expires;
        if (!still_good) co_return std::move(renewed).error();
        break;
    }
    co_return &*token_;
}

Task<Status> TokenCache::renew(HostDeadline& deadline) {
    fetching_ = std::make_shared<asio::steady_timer>(deadline.executor(), Clock::time_point::max());
    auto fresh = co_await source_->fetch(deadline);
    fetching_->cancel();
    fetching_.reset();
    if (!fresh) co_return std::move(fresh).error();
    token_ = std::move(*fresh);
    co_return Status();
}

} // namespace rdpsweep::azure
