// Writes and reads frames, and computes the key that accepts a handshake.
#include "tests/simfleet/serial/ws_frames.hpp"

#include "core/encoding.hpp"

#include <openssl/sha.h>

namespace simfleet {

namespace {

constexpr std::uint64_t longest = 1u << 20;

} // namespace

std::string ws_accept(std::string_view key) {
    const auto text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    return rdpsweep::base64_encode({reinterpret_cast<const char*>(digest), sizeof digest});
}

std::string ws_frame(WsOpcode opcode, std::string_view payload, bool last) {
    std::string out;
    out += static_cast<char>((last ? 0x80 : 0) | static_cast<int>(opcode));
    const auto size = payload.size();
    if (size < 126) {
        out += static_cast<char>(size);
    } else if (size < 65536) {
        out += static_cast<char>(126);
        out += static_cast<char>(size >> 8);
        out += static_cast<char>(size & 255);
    } else {
        out += static_cast<char>(127);
        for (int shift = 56; shift >= 0; shift -= 8)
            out += static_cast<char>(static_cast<std::uint64_t>(size) >> shift & 255);
    }
    return out.append(payload);
}

WsRead read_ws_frame(std::string& buffer, WsFrame& out) {
    const auto byte = [&buffer](std::size_t at) { return static_cast<unsigned char>(buffer[at]); };
    if (buffer.size() < 2) return WsRead::incomplete;
    if ((byte(1) & 0x80) == 0 || (byte(0) & 0x70) != 0) return WsRead::bad;
    std::uint64_t size = byte(1) & 0x7f;
    std::size_t head = 2;
    const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (buffer.size() < head + more + 4) return WsRead::incomplete;
    if (more != 0) size = 0;
    for (std::size_t i = 0; i < more; ++i)
        size = size << 8 | byte(head + i);
    if (size > longest) return WsRead::bad;
    head += more;
    if (buffer.size() < head + 4 + size) return WsRead::incomplete;
    out.opcode = static_cast<WsOpcode>(byte(0) & 0x0f);
    out.last = (byte(0) & 0x80) != 0;
    out.payload = buffer.substr(head + 4, static_cast<std::size_t>(size));
    for (std::size_t i = 0; i < out.payload.size(); ++i)
        out.payload[i] = static_cast<char>(out.payload[i] ^ buffer[head + i % 4]);
    buffer.erase(0, head + 4 + static_cast<std::size_t>(size));
    return WsRead::complete;
}

} // namespace simfleet
