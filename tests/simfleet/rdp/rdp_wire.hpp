// The bytes of an RDP server before anybody has logged on (MS-RDPBCGR 2.2.1.2, MS-CSSP 2.2.1,
// MS-NLMP 2.2.1.2). No sockets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace simfleet {

// Whether bytes hold a whole TPKT packet, which is a Connection Request.
bool is_connection_request(std::string_view bytes);

// Little-endian, as most of these protocols have it.
std::string le(std::uint64_t value, unsigned width);

// A Connection Confirm with RDP_NEG_RSP, with RDP_NEG_FAILURE, or for whoever did not negotiate.
std::string connection_confirm(std::uint32_t protocol, std::uint8_t flags);
std::string connection_refusal(std::uint32_t failure_code);
std::string bare_confirm();

// Whether bytes hold a whole TPKT packet of data (X.224 DT).
bool is_data(std::string_view bytes);

// A fatal alert in a record of TLS 1.2 (RFC 5246 section 7.2).
std::string tls_alert(std::uint32_t code);

struct NtlmNames {
    std::string computer;
    std::string domain;
    std::string dns_computer;
    std::string dns_domain;
    std::uint32_t build = 0;
    std::int64_t utc = 0; // Unix seconds
};

// A TSRequest with an errorCode, an NTSTATUS, in place of a token.
std::string credssp_refusal(std::uint32_t status);

// A TSRequest with an NTLM CHALLENGE_MESSAGE that says these names.
std::string credssp_challenge(const NtlmNames& names);

} // namespace simfleet
