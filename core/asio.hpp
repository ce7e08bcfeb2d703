// The only door to Asio, and the aliases every coroutine uses.
#pragma once

#include "core/asio_headers.hpp"

#include <chrono>

namespace rdpsweep {

namespace asio = boost::asio;

// Boost 1.74 needs T to be default-constructible only for co_spawn: spawn Task<void>, await the
// rest.
template <class T>
using Task = asio::awaitable<T>;

using Clock = std::chrono::steady_clock;

} // namespace rdpsweep
