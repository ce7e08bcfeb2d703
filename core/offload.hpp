// Runs blocking work on a thread pool and resumes on the host's own lane.
#pragma once

#include "core/host_deadline.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace rdpsweep {

// Returns the result of work(), or nothing when the deadline passed first (the work then finishes
// unheard, so it must own everything it touches). Call on the deadline's executor; the pool must be
// joined before the lane's io_context is destroyed.
template <class T>
Task<std::optional<T>>
offload(asio::thread_pool& pool, std::function<T()> work, HostDeadline& deadline) {
    struct Shared {
        explicit Shared(const asio::any_io_executor& executor)
            : timer(executor, Clock::time_point::max()) {}

        asio::steady_timer timer; // touched on the lane only
        std::optional<T> result;
        std::atomic<bool> abandoned = false; // the waiter has left: do not even begin
        bool done = false;
    };

    auto shared = std::make_shared<Shared>(deadline.executor());
    auto lane = deadline.executor();
    asio::post(pool, [shared, lane, work = std::move(work)]() mutable {
        if (shared->abandoned) return;
        auto result = work();
        asio::post(lane, [shared = std::move(shared), result = std::move(result)]() mutable {
            shared->result.emplace(std::move(result));
            shared->done = true;
            shared->timer.cancel();
        });
    });
    {
        const auto guard = deadline.on_abort([shared] { shared->timer.cancel(); });
        boost::system::error_code ignored;
        if (!deadline.expired() && !shared->done) {
            co_await shared->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
    }
    shared->abandoned = !shared->done;
    co_return std::move(shared->result);
}

} // namespace rdpsweep
