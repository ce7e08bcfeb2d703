// What a certificate says, whether it lies in a store of the VM or was served.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rdpsweep {

// A certificate as OpenSSL reads it; filled by probes/collect, never by the VM.
struct Certificate {
    std::string thumbprint; // SHA-1 of the DER, lower-case hex
    std::string sha256;     // lower-case hex
    std::string subject;    // RFC 2253
    std::string issuer;     // RFC 2253
    std::int64_t not_before = 0;
    std::int64_t not_after = 0;
    std::string key_type; // "RSA", "EC", ...
    std::uint32_t key_bits = 0;
    std::string signature_hash;       // "SHA256", "SHA1", "MD5"
    bool self_issued = false;         // subject == issuer; is_self_signed() asks for the signature
    bool server_auth = false;         // EKU has serverAuth (1.3.6.1.5.5.7.3.1) or there is no EKU
    bool remote_desktop_auth = false; // EKU has 1.3.6.1.4.1.311.54.1.2
    std::vector<std::string> dns_names; // subjectAltName DNS entries, else the CN
};

} // namespace rdpsweep
