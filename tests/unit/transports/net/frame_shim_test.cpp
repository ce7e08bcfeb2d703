// Which frames of a WebSocket carry nothing, wherever the stream is cut.
#include "tests/support/catch.hpp"
#include "transports/net/frame_shim.hpp"

#include <algorithm>
#include <string>

using namespace rdpsweep;

namespace {

const std::string header = "HTTP/1.1 101 Switching Protocols\r\n\r\n";

// Returns the empty frames of a stream that comes in pieces of so many bytes.
std::size_t empty_frames(std::string stream, std::size_t piece) {
    net::FrameShim shim;
    for (std::size_t at = 0; at < stream.size(); at += piece)
        shim.pass(stream.data() + at, std::min(piece, stream.size() - at));
    return shim.empty_frames();
}

} // namespace

TEST_CASE("frames: pings, pongs and empty data are counted, what carries bytes is not", "[net]") {
    using namespace std::string_literals;
    const auto data = "\x82\x02hi"s, empty_text = "\x81\x00"s, empty_rest = "\x80\x00"s;
    const auto ping = "\x89\x00"s, full_ping = "\x89\x04ping"s, pong = "\x8a\x00"s;
    const auto long_data = "\x82\x7e\x01\x00"s + std::string(256, '\x89');
    for (const std::size_t piece : {1u, 2u, 3u, 1000u}) {
        CHECK(empty_frames(header + data + long_data + data, piece) == 0);
        CHECK(empty_frames(header + ping + full_ping + pong, piece) == 3);
        CHECK(empty_frames(header + empty_text + data + empty_rest, piece) == 1);
        CHECK(empty_frames(header + data + ping + data + ping + ping, piece) == 1);
        CHECK(empty_frames("HTTP/1.1 403 No\r\n\r\n" + ping, piece) == 0);
    }
}
