// Reads the registry value "Blob" of a certificate in a Windows system store.
#pragma once

#include "core/facts.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

inline constexpr std::size_t max_cert_blob_bytes = std::size_t{256} * 1024;

struct CertBlob {
    std::string der;                     // property 32
    std::optional<KeyProvider> provider; // property 2; empty: none, or it does not parse
    std::string provider_error;          // why it does not parse
};

// Reads blob, a list of {u32 property, u32 encoding, u32 length, data}, little-endian. Fails with
// Error{decode, malformed_output} when the list is cut short, has no certificate or has two.
Result<CertBlob> parse_cert_blob(std::string_view blob);

} // namespace rdpsweep
