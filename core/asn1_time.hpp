// The times of certificates.
#pragma once

#include <cstdint>
#include <optional>

struct asn1_string_st; // OpenSSL's ASN1_TIME

namespace rdpsweep {

// Returns Unix seconds; nothing for null and for what is no time.
std::optional<std::int64_t> unix_time(const asn1_string_st* time);

} // namespace rdpsweep
