// Makes the certificates of simulated machines with OpenSSL.
#include "tests/simfleet/windows/certificates.hpp"

#include "core/encoding.hpp"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>

namespace simfleet {
namespace {

struct Free {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }

    void operator()(X509* certificate) const noexcept { X509_free(certificate); }

    void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }

    void operator()(X509_NAME* name) const noexcept { X509_NAME_free(name); }
};

using Key = std::unique_ptr<EVP_PKEY, Free>;
using X509Ptr = std::unique_ptr<X509, Free>;

constexpr std::size_t rsa_keys = 4;           // enough that neighbours in a list differ
constexpr std::size_t common_name_limit = 64; // ub-common-name, RFC 5280 appendix A.1

Key rsa(unsigned bits) {
    return Key(EVP_RSA_gen(bits));
}

// Each kind of key is made when first asked for; C++ makes that once for all threads.
EVP_PKEY* rsa2048(std::uint64_t which) {
    static const std::array<Key, rsa_keys> keys{rsa(2048), rsa(2048), rsa(2048), rsa(2048)};
    return keys[which % rsa_keys].get();
}

EVP_PKEY* rsa1024() {
    static const Key key = rsa(1024);
    return key.get();
}

EVP_PKEY* ec_p256() {
    static const Key key(EVP_EC_gen("P-256"));
    return key.get();
}

EVP_PKEY* authority() {
    static const Key key = rsa(2048);
    return key.get();
}

EVP_PKEY* key_of(const CertificateShape& shape) {
    switch (shape.key) {
    case KeyKind::rsa1024:
        return rsa1024();
    case KeyKind::ec_p256:
        return ec_p256();
    case KeyKind::rsa2048:
        break;
    }
    return rsa2048(shape.serial);
}

// Cut at the limit without splitting a UTF-8 sequence.
std::string_view cut(std::string_view text) {
    if (text.size() <= common_name_limit) return text;
    auto end = common_name_limit;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    return text.substr(0, end);
}

void add_name(X509_NAME* name, const char* field, std::string_view text) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    X509_NAME_add_entry_by_txt(
        name, field, MBSTRING_UTF8, bytes, static_cast<int>(text.size()), -1, 0
    );
}

void name_parties(X509* certificate, const CertificateShape& shape) {
    const std::unique_ptr<X509_NAME, Free> subject(X509_NAME_new());
    add_name(subject.get(), "CN", cut(shape.common_name));
    X509_set_subject_name(certificate, subject.get());
    if (shape.issuer == Issuer::itself) {
        X509_set_issuer_name(certificate, subject.get());
        return;
    }
    const std::unique_ptr<X509_NAME, Free> issuer(X509_NAME_new());
    add_name(issuer.get(), "DC", "test");
    add_name(issuer.get(), "DC", "sim");
    add_name(issuer.get(), "CN", "Sim Enterprise CA");
    X509_set_issuer_name(certificate, issuer.get());
}

void add_extension(X509* certificate, int nid, const std::string& value) {
    const std::unique_ptr<X509_EXTENSION, Free> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str())
    );
    if (extension) X509_add_ext(certificate, extension.get(), -1);
}

const char* usage_of(Usage usage) {
    switch (usage) {
    case Usage::client_auth:
        return "clientAuth";
    case Usage::remote_desktop_auth:
        return "1.3.6.1.4.1.311.54.1.2";
    case Usage::server_auth:
        break;
    }
    return "serverAuth";
}

void add_extensions(X509* certificate, const CertificateShape& shape) {
    // Windows' own RDP certificate has exactly these two and no digitalSignature.
    add_extension(certificate, NID_ext_key_usage, usage_of(shape.usage));
    const bool own = shape.issuer == Issuer::itself;
    const bool ec = shape.key == KeyKind::ec_p256;
    add_extension(
        certificate,
        NID_key_usage,
        own  ? "keyEncipherment,dataEncipherment"
        : ec ? "digitalSignature"
             : "digitalSignature,keyEncipherment"
    );
    std::string names;
    for (const auto& name : shape.dns_names) {
        names += (names.empty() ? "DNS:" : ",DNS:") + name;
    }
    if (!names.empty()) add_extension(certificate, NID_subject_alt_name, names);
}

std::string der_of(X509* certificate) {
    const int length = i2d_X509(certificate, nullptr);
    if (length <= 0) return {};
    std::string der(static_cast<std::size_t>(length), '\0');
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    i2d_X509(certificate, &out);
    return der;
}

std::string sha1(std::string_view bytes) {
    std::string digest(SHA_DIGEST_LENGTH, '\0');
    SHA1(
        reinterpret_cast<const unsigned char*>(bytes.data()),
        bytes.size(),
        reinterpret_cast<unsigned char*>(digest.data())
    );
    return digest;
}

const EVP_MD* digest_of(const CertificateShape& shape) {
    if (shape.digest == Digest::sha512) return EVP_sha512();
    return shape.digest == Digest::sha1 ? EVP_sha1() : EVP_sha256();
}

} // namespace

MadeCertificate make_certificate(const CertificateShape& shape) {
    const X509Ptr certificate(X509_new());
    auto* key = key_of(shape);
    auto* signer = shape.issuer == Issuer::itself ? key : authority();
    if (!certificate || key == nullptr || signer == nullptr) return {};
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), shape.serial | 1);
    ASN1_TIME_set(X509_getm_notBefore(certificate.get()), shape.not_before);
    ASN1_TIME_set(X509_getm_notAfter(certificate.get()), shape.not_after);
    name_parties(certificate.get(), shape);
    add_extensions(certificate.get(), shape);
    X509_set_pubkey(certificate.get(), key);
    if (X509_sign(certificate.get(), signer, digest_of(shape)) == 0) return {};
    auto der = der_of(certificate.get());
    auto thumbprint = thumbprint_of(der);
    return {std::move(der), std::move(thumbprint)};
}

EVP_PKEY* private_key_for(std::string_view der) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    const X509Ptr certificate(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
    if (!certificate) return nullptr;
    for (std::uint64_t which = 0; which < rsa_keys; ++which) {
        if (X509_check_private_key(certificate.get(), rsa2048(which)) == 1) return rsa2048(which);
    }
    for (auto* key : {rsa1024(), ec_p256()}) {
        if (X509_check_private_key(certificate.get(), key) == 1) return key;
    }
    return nullptr;
}

std::string thumbprint_of(std::string_view der) {
    return rdpsweep::hex_encode(sha1(der));
}

std::string key_type(std::string_view der) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    const X509Ptr certificate(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
    if (!certificate) return {};
    const auto* key = X509_get0_pubkey(certificate.get());
    if (key == nullptr) return {};
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC ? "EC" : "RSA";
}

} // namespace simfleet
