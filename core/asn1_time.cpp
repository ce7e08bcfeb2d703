// Asks OpenSSL for the parts of a time, which is always UTC.
#include "core/asn1_time.hpp"

#include <openssl/asn1.h>

#include <ctime>

namespace rdpsweep {

std::optional<std::int64_t> unix_time(const asn1_string_st* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
    return static_cast<std::int64_t>(timegm(&parts));
}

} // namespace rdpsweep
