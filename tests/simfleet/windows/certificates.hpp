// Real certificates for simulated machines, and the registry blobs Windows keeps them in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st; // OpenSSL's EVP_PKEY

namespace simfleet {

enum class KeyKind : std::uint8_t { rsa2048, rsa1024, ec_p256 };
enum class Issuer : std::uint8_t { itself, enterprise_ca };
enum class Digest : std::uint8_t { sha256, sha1, sha512 };
enum class Usage : std::uint8_t { server_auth, client_auth, remote_desktop_auth };

struct CertificateShape {
    std::string common_name;            // cut to 64 bytes, the limit of X.520
    std::vector<std::string> dns_names; // subjectAltName; empty: no such extension
    std::int64_t not_before = 0;
    std::int64_t not_after = 0;
    KeyKind key = KeyKind::rsa2048;
    Issuer issuer = Issuer::itself;
    Digest digest = Digest::sha256;
    Usage usage = Usage::server_auth;
    std::uint64_t serial = 1; // also chooses the key among a few
};

struct MadeCertificate {
    std::string der;
    std::string thumbprint; // SHA-1 of the DER, lower-case hex
};

// Signs with keys that are made once per process (a handful; the first call takes a second at
// most). About 1 ms. An empty DER means that OpenSSL refused. Any thread may call.
MadeCertificate make_certificate(const CertificateShape& shape);

// CERT_KEY_PROV_INFO (wincrypt.h): where the private key is.
struct KeyProvider {
    std::string container;
    std::string name = "Microsoft Enhanced Cryptographic Provider v1.0";
    std::uint32_t type = 1;     // 0 CNG, 1 PROV_RSA_FULL, 12 PROV_RSA_SCHANNEL
    std::uint32_t flags = 0x20; // CRYPT_MACHINE_KEYSET
    std::uint32_t key_spec = 1; // AT_KEYEXCHANGE
};

// The value Blob of a certificate in a registry store: records of {u32 property, u32 1, u32 length,
// data}, properties 3 (SHA-1), 2 (provider, when given) and 32 (DER).
std::string store_blob(const MadeCertificate& certificate, const std::optional<KeyProvider>& where);

struct BlobContent {
    std::string der;
    std::optional<KeyProvider> provider;
};

// The inverse; nothing when the records do not add up or none holds a certificate.
std::optional<BlobContent> read_blob(std::string_view blob);

// The private key of a certificate that make_certificate() made; null for any other. Lives as long
// as the process.
evp_pkey_st* private_key_for(std::string_view der);

// SHA-1, lower-case hex.
std::string thumbprint_of(std::string_view der);

// "RSA" or "EC"; empty when the DER does not parse.
std::string key_type(std::string_view der);

} // namespace simfleet
