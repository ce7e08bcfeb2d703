// Runs one coroutine to completion on a lane of its own.
#pragma once

#include "core/host_deadline.hpp"

#include <exception>
#include <optional>
#include <utility>

namespace rdpsweep::test {

// The result of make(deadline), where make returns Task<T>. The deadline is limit away.
template <class Make>
auto run_task(Make make, Clock::duration limit = std::chrono::seconds(20)) {
    using Value = typename decltype(make(std::declval<HostDeadline&>()))::value_type;
    asio::io_context lane{1};
    std::optional<Value> value;
    std::exception_ptr failure;
    {
        HostDeadline deadline(lane.get_executor(), Clock::now() + limit);
        // Named, so that no capturing lambda lives inside a co_await statement (GCC 12).
        auto body = [&]() -> Task<void> {
            auto task = make(deadline);
            value.emplace(co_await std::move(task));
        };
        asio::co_spawn(lane, body, [&failure](std::exception_ptr error) { failure = error; });
        while (!value && !failure && lane.run_one() > 0) {
        }
        deadline.abort(); // what make() left running ends while its scope is still here
        lane.poll();
    }
    if (failure) std::rethrow_exception(failure);
    return std::move(*value);
}

} // namespace rdpsweep::test
