// Accepts connections for as long as an acceptor lives.
#pragma once

#include "core/asio.hpp"

#include <functional>
#include <memory>

namespace simfleet {

// Hands each connection to serve. Ends when the acceptor is closed; when descriptors run out, it
// waits for others to finish.
rdpsweep::Task<void> accept_each(
    std::shared_ptr<rdpsweep::asio::ip::tcp::acceptor> acceptor,
    std::function<void(rdpsweep::asio::ip::tcp::socket)> serve
);

} // namespace simfleet
