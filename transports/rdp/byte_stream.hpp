// The connection a handshake runs over: a socket, or a channel of a tunnel.
#pragma once

#include "core/asio.hpp"

#include <cstddef>
#include <string>

namespace rdpsweep::rdp {

// Why no byte came, or none could be sent. They say different things about the peer and are never
// mixed up.
enum class StreamEnd { none, closed, reset, timed_out };

struct Received {
    std::size_t count = 0; // 0: see end
    StreamEnd end = StreamEnd::none;
};

class ByteStream {
public:
    virtual ~ByteStream() = default;

    // Sends all bytes.
    virtual Task<StreamEnd> write(std::string bytes) = 0;

    // Waits for some bytes, at most size, and puts them into buffer, which must stay.
    virtual Task<Received> read(char* buffer, std::size_t size) = 0;
};

} // namespace rdpsweep::rdp
