// Makes certificates and store blobs for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rdpsweep {

struct CertificateShape {
    std::string subject_cn = "HOST01";
    std::string issuer_cn = "HOST01";
    std::int64_t not_before = 1'780'000'000;
    std::int64_t not_after = 1'795'811'200; // 183 days later
    bool ec_key = false;
    bool exchange_key = false; // X25519, which cannot sign: signed with another one
    bool sha1 = false;
    bool foreign_signature = false;   // signed with another key than its own
    std::string usage = "serverAuth"; // extendedKeyUsage as OpenSSL writes it; empty: none
    std::string alternative_names;    // "DNS:a,DNS:b"; empty: none
};

// DER.
std::string make_certificate(const CertificateShape& shape = {});

// One property of a store blob.
std::string blob_property(std::uint32_t id, std::string_view data);

// CERT_KEY_PROV_INFO as Windows serialises it.
std::string
key_provider_info(std::string_view container, std::string_view provider, std::uint32_t type);

// Little-endian.
std::string u32le(std::uint32_t value);

} // namespace rdpsweep
