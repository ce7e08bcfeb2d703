// The first exchange of RDP, in clear: X.224 Connection Request and Confirm in a TPKT, with the
// negotiation of security protocols (MS-RDPBCGR 2.2.1.1, 2.2.1.2; RFC 1006 section 6). Text in,
// text out, no I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep::rdp {

// requestedProtocols and selectedProtocol, MS-RDPBCGR 2.2.1.1.1.
inline constexpr std::uint32_t protocol_rdp = 0; // RDP's own security
inline constexpr std::uint32_t protocol_ssl = 1;
inline constexpr std::uint32_t protocol_hybrid = 2;    // CredSSP
inline constexpr std::uint32_t protocol_hybrid_ex = 8; // CredSSP with early user authorization

// What is asked for first: all that leads to TLS. Other bits make some servers hang up.
inline constexpr std::uint32_t every_tls_protocol =
    protocol_ssl | protocol_hybrid | protocol_hybrid_ex;

// RDP_NEG_FAILURE, MS-RDPBCGR 2.2.1.2.2.
inline constexpr std::uint32_t ssl_certificate_not_on_server = 3;

// Returns a Connection Request that asks for protocols. It names the scanner as the cookie
// mstshash, which load balancers read and servers ignore.
std::string connection_request(std::uint32_t protocols);

enum class AnswerKind {
    more,       // a beginning; nothing is wrong with it yet
    confirm,    // Connection Confirm: selected or failure is set
    disconnect, // another X.224 packet in a TPKT: an RDP stack that hangs up
    not_rdp,    // no TPKT: something else owns the port
};

struct Answer {
    AnswerKind kind = AnswerKind::more;
    std::size_t length = 0;                // of the packet, when there is one
    std::optional<std::uint32_t> selected; // RDP_NEG_RSP, or 0 when the server negotiates nothing
    std::optional<std::uint32_t> failure;  // RDP_NEG_FAILURE
    std::uint8_t flags = 0;                // of the RDP_NEG_RSP
};

// Reads the server's first packet from the beginning of bytes, which anybody may have sent.
Answer read_answer(std::string_view bytes);

} // namespace rdpsweep::rdp
