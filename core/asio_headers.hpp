// Boost.Asio's headers in the order that version 1.74 needs. Precompiled, and therefore without a
// line of our own: a compiler cache hands a precompiled header from one clone to another, and what
// is ours would be defined twice there, once from each clone.
#pragma once

// <utility> must come first: boost/asio/awaitable.hpp in 1.74 uses std::exchange without it.
// clang-format off
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
// clang-format on
