// Two ends of a TCP connection within the process.
#pragma once

#include "core/asio.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <utility>

namespace rdpsweep::test {

// Returns a socket of ours and its peer's, connected.
inline std::pair<asio::ip::tcp::socket, asio::ip::tcp::socket>
tcp_pair(const asio::any_io_executor& lane) {
    using asio::ip::tcp;
    tcp::acceptor door(lane, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    tcp::socket ours(lane);
    ours.connect(door.local_endpoint());
    auto theirs = door.accept();
    return {std::move(ours), std::move(theirs)};
}

} // namespace rdpsweep::test
