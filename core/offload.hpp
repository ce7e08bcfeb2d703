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
    // Lives and ends on the lane; the pool has but a weak reference, which it hands back there.
    struct Shared {
        explicit Shared(const asio::any_io_executor& executor)
            : timer(executor, Clock::time_point::max()) {}

        asio::steady_timer timer;
        std::optional<T> result;
        bool done = false;
    };

    auto shared = std::make_shared<Shared>(deadline.executor());
    auto abandoned = std::make_shared<std::atomic<bool>>(false); // nobody waits: do not even begin
    auto lane = deadline.executor();
    asio::post(
        pool,
        [waiter = std::weak_ptr<Shared>(shared), abandoned, lane, work = std::move(work)](
        ) mutable {
            if (*abandoned) return;
            auto result = work();
            asio::post(lane, [waiter = std::move(waiter), result = std::move(result)]() mutable {
                const auto there = waiter.lock();
                if (!there) return;
                there->result.emplace(std::move(result));
                there->done = true;
                there->timer.cancel();
            });
        }
    );
    {
        const auto guard = deadline.on_abort([shared] { shared->timer.cancel(); });
        boost::system::error_code ignored;
        if (!deadline.expired() && !shared->done) {
            co_await shared->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
    }
    *abandoned = !shared->done;
    co_return std::move(shared->result);
}

} // namespace rdpsweep
