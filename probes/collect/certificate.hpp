// Reads one X.509 certificate.
#pragma once

#include "core/facts.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <string_view>

namespace rdpsweep {

// Larger than any certificate Windows makes (0.7 KB) or a CA issues (some KB).
inline constexpr std::size_t max_certificate_bytes = std::size_t{64} * 1024;

// Reads the certificate in der, which must hold nothing else. Nothing is verified. On failure
// Error{decode, malformed_output}, or output_limit above max_certificate_bytes.
Result<Certificate> parse_certificate(std::string_view der);

// Tells whether the certificate that was read from der is signed by its own key. It costs as much
// as reading it: ask when it matters.
bool is_self_signed(const Certificate& certificate, std::string_view der);

// Fills the certificates of the handshakes from their DER; leaves them empty where that does not
// parse. One that lies in a store of the host, or was served before, is not parsed a second time.
void parse_served(Facts& facts);

} // namespace rdpsweep
