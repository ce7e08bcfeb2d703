// multipart/encrypted as WinRM speaks it over HTTP (MS-WSMV 2.2.9.1): the server's own reading of
// the specification, strict where a client must be exact.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace simfleet {

// "application/HTTP-SPNEGO-session-encrypted" and the like: named by request and answer.
inline constexpr std::string_view spnego_protocol = "application/HTTP-SPNEGO-session-encrypted";
inline constexpr std::string_view kerberos_protocol = "application/HTTP-Kerberos-session-encrypted";

struct SealedBody {
    std::string header; // what the mechanism puts before the cipher text
    std::string data;
    std::size_t length = 0; // as OriginalContent says
};

// Whether content_type announces an encrypted body of that protocol.
bool is_sealed(std::string_view content_type, std::string_view protocol);

// The one message of a request; nothing, and why, when a byte is not where it must be.
std::optional<SealedBody>
read_sealed_body(std::string_view body, std::string_view protocol, std::string& why);

std::string sealed_content_type(std::string_view protocol);
std::string write_sealed_body(const SealedBody& sealed, std::string_view protocol);

} // namespace simfleet
