// Lets a peer's text frames pass as binary ones. Beast 1.74 refuses a whole connection for one byte
// of invalid UTF-8 in a text message and has no switch for that; a serial console sends such bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace rdpsweep::net {

// Reads along with what a WebSocket server sends, from the first byte of its HTTP answer. Only the
// opcode of frame headers is touched (RFC 6455 section 5.2: 1 is text, 2 is binary); payload,
// continuation and control frames are not. An answer other than 101 is left alone.
class FrameShim {
public:
    // Passes the next bytes of the stream, in place; they may begin and end anywhere.
    void pass(char* bytes, std::size_t count);

    // Counts the frames so far that carried nothing for us, pings and the like and empty data,
    // beyond one a frame with data: what comes with data does not flood.
    [[nodiscard]] std::size_t empty_frames() const noexcept { return empty_frames_; }

private:
    enum class Where : std::uint8_t { http, refused, first, length, more_length, payload };

    void read_http(char byte);
    void read_first(char& byte);
    void read_length(char byte);
    void begin_payload();

    Where where_ = Where::http;
    std::string head_; // the end of the HTTP header seen so far, or its beginning
    std::size_t header_size_ = 0;
    unsigned length_bytes_ = 0; // still to come of an extended length
    std::uint64_t length_ = 0;  // of the payload, still to come
    bool control_ = false;      // the frame is one of control
    unsigned unmatched_ = 0;    // frames with data that no such frame has followed yet
    std::size_t empty_frames_ = 0;
};

} // namespace rdpsweep::net
