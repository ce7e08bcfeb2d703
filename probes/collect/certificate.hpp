// Reads one X.509 certificate.
#pragma once

#include "core/facts.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <string_view>

namespace rdpsweep {

// Larger than any certificate Windows makes (0.7 KB) or a CA issues (some KB).
inline constexpr std::size_t max_certificate_bytes = std::size_t{64} * 1024;

// Reads the certificate in der, which must hold nothing else. Nothing but self_signed is verified.
// On failure Error{decode, malformed_output}, or output_limit above max_certificate_bytes.
Result<Certificate> parse_certificate(std::string_view der);

// Fills facts.certificate from facts.certificate_der; leaves it empty when that does not parse.
void parse_served(HandshakeFacts& facts);

} // namespace rdpsweep
