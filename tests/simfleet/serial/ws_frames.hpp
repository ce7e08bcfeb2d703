// RFC 6455 as the gateway speaks it, by hand: it must be able to say what a library would not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace simfleet {

enum class WsOpcode : std::uint8_t {
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10
};

struct WsFrame {
    WsOpcode opcode = WsOpcode::text;
    bool last = true;
    std::string payload;
};

// Sec-WebSocket-Accept for a client's key (RFC 6455 section 1.3).
std::string ws_accept(std::string_view key);

// A frame of the server's: not masked.
std::string ws_frame(WsOpcode opcode, std::string_view payload, bool last = true);

enum class WsRead : std::uint8_t { incomplete, complete, bad };

// Takes one frame of a client off the front of buffer; one that is not masked is bad (section 5.1).
WsRead read_ws_frame(std::string& buffer, WsFrame& out);

} // namespace simfleet
