// Starts coroutines that nobody awaits.
#pragma once

#include "core/asio.hpp"

#include <utility>

namespace rdpsweep {

// Starts work (a Task<void>, or what returns one) at a later turn of the executor, never inside the
// caller. Boost 1.74's co_spawn always does so; a newer one runs the first step at once when it is
// called on the executor's own thread, and the caller then meets what the work has changed.
template <class Executor, class Work>
void spawn(const Executor& executor, Work work) {
    asio::post(executor, [executor, work = std::move(work)]() mutable {
        asio::co_spawn(executor, std::move(work), asio::detached);
    });
}

} // namespace rdpsweep
