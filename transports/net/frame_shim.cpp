// Reads just enough of HTTP and of frame headers to find the bytes to change.
#include "transports/net/frame_shim.hpp"

#include <algorithm>

namespace rdpsweep::net {

namespace {

constexpr unsigned char opcode_mask = 0x0f;
constexpr unsigned char text = 1;
constexpr unsigned char binary = 2;
constexpr unsigned char control_bit = 0x08;
constexpr unsigned char length_mask = 0x7f;
constexpr unsigned char length_16 = 126;
constexpr std::size_t status_end = 12; // "HTTP/1.1 101"

} // namespace

void FrameShim::pass(char* bytes, std::size_t count) {
    for (std::size_t at = 0; at < count;) {
        switch (where_) {
        case Where::refused:
            return;
        case Where::http:
            read_http(bytes[at++]);
            break;
        case Where::first:
            read_first(bytes[at++]);
            break;
        case Where::length:
        case Where::more_length:
            read_length(bytes[at++]);
            break;
        case Where::payload: {
            const auto here = std::min<std::uint64_t>(length_, count - at);
            length_ -= here;
            at += static_cast<std::size_t>(here);
            if (length_ == 0) where_ = Where::first;
            break;
        }
        }
    }
}

// head_ holds the status line's beginning first, then the last bytes, which end the header.
void FrameShim::read_http(char byte) {
    ++header_size_;
    head_ += byte;
    if (header_size_ == status_end && !head_.ends_with(" 101")) {
        where_ = Where::refused;
        return;
    }
    if (head_.ends_with("\r\n\r\n")) {
        where_ = Where::first;
        return;
    }
    if (head_.size() > 64) head_.erase(0, head_.size() - 16);
}

void FrameShim::read_first(char& byte) {
    const auto value = static_cast<unsigned char>(byte);
    if ((value & opcode_mask) == text) byte = static_cast<char>((value & ~opcode_mask) | binary);
    control_ = (value & control_bit) != 0;
    where_ = Where::length;
}

void FrameShim::read_length(char byte) {
    const auto value = static_cast<unsigned char>(byte);
    if (where_ == Where::more_length) {
        length_ = length_ << 8 | value;
        if (--length_bytes_ == 0) begin_payload();
        return;
    }
    // Servers do not mask (section 5.1): Beast will end a connection that does.
    length_ = value & length_mask;
    if (length_ < length_16) return begin_payload();
    length_bytes_ = length_ == length_16 ? 2 : 8;
    length_ = 0;
    where_ = Where::more_length;
}

void FrameShim::begin_payload() {
    constexpr unsigned most_unmatched = 16;
    if (!control_ && length_ > 0) {
        unmatched_ = std::min(unmatched_ + 1, most_unmatched);
    } else if (unmatched_ > 0) {
        --unmatched_;
    } else {
        ++empty_frames_;
    }
    where_ = length_ == 0 ? Where::first : Where::payload;
}

} // namespace rdpsweep::net
