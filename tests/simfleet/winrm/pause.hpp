// The wait of a peer that is slow on purpose.
#pragma once

#include "core/asio.hpp"

#include <chrono>

namespace simfleet {

// Returns after that time; at once where it is none.
inline rdpsweep::Task<void> pause(std::chrono::milliseconds time) {
    namespace asio = rdpsweep::asio;
    if (time <= std::chrono::milliseconds::zero()) co_return;
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, time);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

} // namespace simfleet
