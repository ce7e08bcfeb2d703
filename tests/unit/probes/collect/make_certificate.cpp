// Certificates for tests, by OpenSSL; blobs by hand.
#include "tests/unit/probes/collect/make_certificate.hpp"

#include "core/unicode.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <map>
#include <memory>

namespace rdpsweep {
namespace {

using KeyPtr = std::shared_ptr<EVP_PKEY>;

// RSA keys are slow to make: one of each name serves the whole test run.
KeyPtr key_named(const std::string& name, bool ec) {
    static std::map<std::string, KeyPtr> keys;
    KeyPtr& key = keys[name + (ec ? "/ec" : "/rsa")];
    if (!key) {
        EVP_PKEY* made = ec ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")
                            : EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048});
        key = KeyPtr(made, EVP_PKEY_free);
    }
    return key;
}

// A key that cannot sign.
KeyPtr exchange_key() {
    return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"), EVP_PKEY_free);
}

void add_common_name(X509_NAME* name, const std::string& text) {
    X509_NAME_add_entry_by_txt(
        name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1, 0
    );
}

void add_extension(X509* x509, int nid, const std::string& value) {
    if (value.empty()) return;
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
}

} // namespace

std::string make_certificate(const CertificateShape& shape) {
    const KeyPtr key = shape.exchange_key ? exchange_key() : key_named("subject", shape.ec_key);
    const bool foreign = shape.foreign_signature || shape.exchange_key;
    const KeyPtr signer = foreign ? key_named("other", false) : key;
    const std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), X509_free);
    X509_set_version(x509.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 4711);
    ASN1_TIME_set(X509_getm_notBefore(x509.get()), shape.not_before);
    ASN1_TIME_set(X509_getm_notAfter(x509.get()), shape.not_after);
    add_common_name(X509_get_subject_name(x509.get()), shape.subject_cn);
    add_common_name(X509_get_issuer_name(x509.get()), shape.issuer_cn);
    X509_set_pubkey(x509.get(), key.get());
    add_extension(x509.get(), NID_ext_key_usage, shape.usage);
    add_extension(x509.get(), NID_subject_alt_name, shape.alternative_names);
    X509_sign(x509.get(), signer.get(), shape.sha1 ? EVP_sha1() : EVP_sha256());
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(x509.get(), &bytes);
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

std::string u32le(std::uint32_t value) {
    std::string bytes;
    for (int shift = 0; shift < 32; shift += 8) {
        bytes.push_back(static_cast<char>((value >> shift) & 0xFF));
    }
    return bytes;
}

std::string blob_property(std::uint32_t id, std::string_view data) {
    std::string bytes = u32le(id) + u32le(1) + u32le(static_cast<std::uint32_t>(data.size()));
    return bytes.append(data);
}

std::string
key_provider_info(std::string_view container, std::string_view provider, std::uint32_t type) {
    constexpr std::uint32_t header = 28;
    const std::string first = utf8_to_utf16le(container) + std::string(2, '\0');
    const std::string second = utf8_to_utf16le(provider) + std::string(2, '\0');
    const auto second_at = header + static_cast<std::uint32_t>(first.size());
    return u32le(header) + u32le(second_at) + u32le(type) + u32le(0x20) + u32le(0) + u32le(0) +
           u32le(1) + first + second;
}

} // namespace rdpsweep
