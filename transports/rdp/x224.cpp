// Writes the request and reads the confirm, byte by byte.
#include "transports/rdp/x224.hpp"

#include "transports/rdp/octets.hpp"

namespace rdpsweep::rdp {
namespace {

constexpr std::string_view cookie = "Cookie: mstshash=rdpsweep\r\n";
constexpr std::size_t header_bytes = 4;  // TPKT
constexpr std::size_t fixed_bytes = 11;  // TPKT and the fixed part of CR or CC
constexpr std::size_t request_bytes = 8; // RDP_NEG_REQ, RDP_NEG_RSP, RDP_NEG_FAILURE
constexpr std::size_t longest = 512;     // a Confirm has 11 or 19 bytes, and nothing may be endless
constexpr unsigned connection_confirm = 0xd0;
constexpr unsigned response_type = 2;
constexpr unsigned failure_type = 3;

std::uint32_t little_endian(std::string_view bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = 4; i-- > 0;)
        number = number << 8 | octet(bytes, at + i);
    return number;
}

// Reads RDP_NEG_RSP or RDP_NEG_FAILURE: type, flags, length 8, number. A Confirm without either
// comes from a server that negotiates nothing: RDP's own security.
void read_negotiation(std::string_view packet, Answer& answer) {
    const bool there = packet.size() >= fixed_bytes + request_bytes;
    const unsigned type = there ? octet(packet, fixed_bytes) : 0;
    if (type == failure_type) {
        answer.failure = little_endian(packet, fixed_bytes + 4);
    } else if (type == response_type) {
        answer.selected = little_endian(packet, fixed_bytes + 4);
        answer.flags = static_cast<std::uint8_t>(octet(packet, fixed_bytes + 1));
    } else {
        answer.selected = protocol_rdp;
    }
}

} // namespace

std::string connection_request(std::uint32_t protocols) {
    const auto total = fixed_bytes + cookie.size() + request_bytes;
    std::string packet{3, 0, 0, static_cast<char>(total)}; // TPKT, big-endian length
    packet += static_cast<char>(total - header_bytes - 1); // LI
    packet += std::string("\xe0\0\0\0\0\0", 6);            // CR, DST-REF, SRC-REF, class 0
    packet += cookie;
    packet += std::string("\x01\0\x08\0", 4); // RDP_NEG_REQ, flags, length
    for (int shift = 0; shift < 32; shift += 8)
        packet += static_cast<char>(protocols >> shift & 0xff);
    return packet;
}

Answer read_answer(std::string_view bytes) {
    Answer answer;
    const auto not_rdp = [&answer] {
        answer.kind = AnswerKind::not_rdp;
        return answer;
    };
    if (bytes.empty()) return answer;
    if (octet(bytes, 0) != 3) return not_rdp();
    if (bytes.size() >= 2 && octet(bytes, 1) != 0) return not_rdp();
    if (bytes.size() < header_bytes) return answer;
    answer.length = word(bytes, 2);
    if (answer.length < 7 || answer.length > longest) return not_rdp();
    if (bytes.size() < answer.length) return answer;
    const auto packet = bytes.substr(0, answer.length);
    answer.kind = AnswerKind::disconnect;
    if (answer.length < fixed_bytes || (octet(packet, 5) & 0xf0) != connection_confirm)
        return answer;
    answer.kind = AnswerKind::confirm;
    read_negotiation(packet, answer);
    return answer;
}

} // namespace rdpsweep::rdp
