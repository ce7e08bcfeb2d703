// Encrypted WS-Management bodies over HTTP (MS-WSMV 2.2.9.1): text in, text out, no I/O and no
// cryptography. The layout, in which a tab and the letters' case matter:
//
//   --Encrypted Boundary CRLF
//   TAB Content-Type: application/HTTP-SPNEGO-session-encrypted CRLF
//   TAB OriginalContent: type=application/soap+xml;charset=UTF-8;Length=N CRLF
//   --Encrypted Boundary CRLF
//   TAB Content-Type: application/octet-stream CRLF
//   4 bytes, little-endian: size of the header | header | N bytes of cipher text
//   --Encrypted Boundary-- CRLF
//
// Bodies are not cut into chunks of 16 KiB: only CredSSP asks for that, which we do not speak.
#pragma once

#include "core/result.hpp"
#include "transports/winrm/gss.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::winrm {

// Returns the Content-Type of a request with a sealed body.
std::string_view sealed_content_type() noexcept;

// Returns the body for one sealed message.
std::string sealed_body(const SealedMessage& message);

// One message of an answer; views into its body.
struct SealedPart {
    std::string_view header;
    std::string_view data;
};

// Returns the sealed messages of an answer, in order; at least one. Error{authenticate,
// protocol_violation} when content_type is another one or the body is malformed.
Result<std::vector<SealedPart>> read_sealed(std::string_view content_type, std::string_view body);

} // namespace rdpsweep::winrm
