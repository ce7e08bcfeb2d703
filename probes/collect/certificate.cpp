// X.509 by OpenSSL 3; the certificate comes from a stranger.
#include "probes/collect/certificate.hpp"

#include "core/asn1_time.hpp"
#include "core/encoding.hpp"
#include "core/lean_library.hpp"
#include "core/unicode.hpp"
#include "probes/collect/cert_blob.hpp"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <optional>

namespace rdpsweep {
namespace {

constexpr std::string_view remote_desktop_oid = "1.3.6.1.4.1.311.54.1.2";
constexpr std::size_t max_name_bytes = 1024;
constexpr int max_dns_names = 100;

template <auto free_function>
struct Free {
    template <class T>
    void operator()(T* pointer) const noexcept {
        free_function(pointer);
    }
};

using X509Ptr = std::unique_ptr<X509, Free<X509_free>>;
using BioPtr = std::unique_ptr<BIO, Free<BIO_free>>;
using UsagePtr = std::unique_ptr<EXTENDED_KEY_USAGE, Free<EXTENDED_KEY_USAGE_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;

Error malformed(std::string detail) {
    ERR_clear_error();
    return Error(Phase::decode, Errc::malformed_output, std::move(detail));
}

// Reads DER that holds a certificate and nothing else; null for anything else.
X509Ptr read_whole_in(ossl_lib_ctx_st* library, std::string_view der) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    const auto* const end = bytes + der.size();
    X509* made = X509_new_ex(library, nullptr);
    if (made != nullptr) d2i_X509(&made, &bytes, static_cast<long>(der.size())); // null if it fails
    X509Ptr x509(made);
    return bytes == end ? std::move(x509) : nullptr;
}

// Reads it where that costs least, or, for a key that no server in TLS has, where all are known.
X509Ptr read_x509(std::string_view der) {
    auto x509 = read_whole_in(lean_library(), der);
    const bool readable = x509 && X509_get0_pubkey(x509.get()) != nullptr;
    return readable || lean_library() == nullptr ? std::move(x509) : read_whole_in(nullptr, der);
}

std::string distinguished_name(const X509_NAME* name) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    // RFC 2253 order and escapes, but other languages stay readable as UTF-8.
    constexpr unsigned long flags =
        XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
    if (!bio || X509_NAME_print_ex(bio.get(), name, 0, flags) < 0) return {};
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    if (data == nullptr || size <= 0) return {};
    const std::string_view text(data, std::min(static_cast<std::size_t>(size), max_name_bytes));
    return to_valid_utf8(text);
}

std::string digest_hex(std::string_view der, const EVP_MD* algorithm) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(der.data(), der.size(), digest, &size, algorithm, nullptr) != 1) return {};
    return hex_encode({reinterpret_cast<const char*>(digest), size});
}

void read_key(X509* x509, Certificate& certificate) {
    EVP_PKEY* key = X509_get0_pubkey(x509); // stays the certificate's
    if (key == nullptr) {
        certificate.key_type = "unreadable";
        return;
    }
    const char* name = EVP_PKEY_get0_type_name(key);
    certificate.key_type = name != nullptr ? name : "";
    certificate.key_bits = static_cast<std::uint32_t>(std::max(0, EVP_PKEY_get_bits(key)));
}

std::string signature_hash(X509* x509) {
    int digest = NID_undef;
    if (X509_get_signature_info(x509, &digest, nullptr, nullptr, nullptr) != 1 ||
        digest == NID_undef) {
        return {};
    }
    const char* name = OBJ_nid2sn(digest);
    return name != nullptr ? name : "";
}

bool is_self_issued(X509* x509) {
    return X509_NAME_cmp(X509_get_subject_name(x509), X509_get_issuer_name(x509)) == 0;
}

void read_usage(X509* x509, Certificate& certificate) {
    int critical = 0;
    const UsagePtr usage(static_cast<EXTENDED_KEY_USAGE*>(
        X509_get_ext_d2i(x509, NID_ext_key_usage, &critical, nullptr)
    ));
    // -1: no such extension, so the key may serve for anything (RFC 5280 4.2.1.12).
    certificate.server_auth = !usage && critical == -1;
    for (int i = 0; usage && i < sk_ASN1_OBJECT_num(usage.get()); ++i) {
        const ASN1_OBJECT* purpose = sk_ASN1_OBJECT_value(usage.get(), i);
        char oid[80] = {};
        if (OBJ_obj2txt(oid, sizeof oid, purpose, 1) <= 0) continue;
        if (OBJ_obj2nid(purpose) == NID_server_auth) certificate.server_auth = true;
        if (oid == remote_desktop_oid) certificate.remote_desktop_auth = true;
    }
}

std::string text_of(const ASN1_STRING* value) {
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, value);
    if (size < 0) return {};
    const std::string_view bytes(
        reinterpret_cast<const char*>(utf8),
        std::min(static_cast<std::size_t>(size), max_name_bytes)
    );
    std::string text = to_valid_utf8(bytes);
    OPENSSL_free(utf8);
    return text;
}

void read_dns_names(X509* x509, Certificate& certificate) {
    const NamesPtr names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x509, NID_subject_alt_name, nullptr, nullptr))
    );
    const int count = names ? std::min(sk_GENERAL_NAME_num(names.get()), max_dns_names) : 0;
    for (int i = 0; i < count; ++i) {
        int type = -1;
        const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
        if (type != GEN_DNS || value == nullptr) continue;
        certificate.dns_names.push_back(text_of(static_cast<const ASN1_STRING*>(value)));
    }
    if (!certificate.dns_names.empty()) return;
    const X509_NAME* subject = X509_get_subject_name(x509);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    const X509_NAME_ENTRY* entry = at < 0 ? nullptr : X509_NAME_get_entry(subject, at);
    if (entry != nullptr) certificate.dns_names.push_back(text_of(X509_NAME_ENTRY_get_data(entry)));
}

// Returns what was read of a store's certificate, if that is the same DER.
const Certificate* read_from(const StoredCertificate& stored, std::string_view der) {
    // Looked for before the blob is taken apart: it holds the DER as it is.
    if (!stored.parsed || stored.blob.find(der) == std::string::npos) return nullptr;
    const auto blob = parse_cert_blob(stored.blob);
    return blob && blob->der == der ? &*stored.parsed : nullptr;
}

const Certificate* read_in_store(const CertificateFacts& facts, std::string_view der) {
    for (const auto& one : facts.store) {
        if (const auto* known = read_from(one, der)) return known;
    }
    return facts.my_match ? read_from(*facts.my_match, der) : nullptr;
}

using Handshake = std::vector<HandshakeFacts>::const_iterator;

// Returns what was read of the certificate of an earlier handshake, if that is the same DER.
const Certificate* served_before(Handshake first, Handshake handshake) {
    const auto same = std::find_if(first, handshake, [&handshake](const HandshakeFacts& other) {
        return other.certificate && other.certificate_der == handshake->certificate_der;
    });
    return same != handshake ? &*same->certificate : nullptr;
}

} // namespace

Result<Certificate> parse_certificate(std::string_view der) {
    if (der.size() > max_certificate_bytes) {
        return Error(Phase::decode, Errc::output_limit, "the certificate is too large");
    }
    const auto x509 = read_x509(der);
    if (!x509) return malformed("the certificate is not valid DER, or bytes follow it");
    const auto not_before = unix_time(X509_get0_notBefore(x509.get()));
    const auto not_after = unix_time(X509_get0_notAfter(x509.get()));
    if (!not_before || !not_after) return malformed("the certificate's validity is not a time");
    Certificate certificate;
    certificate.thumbprint = digest_hex(der, EVP_sha1());
    certificate.sha256 = digest_hex(der, EVP_sha256());
    certificate.subject = distinguished_name(X509_get_subject_name(x509.get()));
    certificate.issuer = distinguished_name(X509_get_issuer_name(x509.get()));
    certificate.not_before = *not_before;
    certificate.not_after = *not_after;
    read_key(x509.get(), certificate);
    certificate.signature_hash = signature_hash(x509.get());
    certificate.self_issued = is_self_issued(x509.get());
    read_usage(x509.get(), certificate);
    read_dns_names(x509.get(), certificate);
    ERR_clear_error(); // a failed extension or signature leaves its trace in the thread's queue
    return certificate;
}

bool is_self_signed(const Certificate& certificate, std::string_view der) {
    if (!certificate.self_issued) return false;
    const auto x509 = read_x509(der);
    EVP_PKEY* key = x509 ? X509_get0_pubkey(x509.get()) : nullptr;
    const bool verified = key != nullptr && X509_verify(x509.get(), key) == 1;
    ERR_clear_error();
    return verified;
}

void parse_served(Facts& facts) {
    if (!facts.handshakes) return;
    auto& handshakes = *facts.handshakes.value;
    for (auto handshake = handshakes.begin(); handshake != handshakes.end(); ++handshake) {
        const auto& der = handshake->certificate_der;
        if (der.empty() || handshake->certificate) continue;
        const auto* known = served_before(handshakes.begin(), handshake);
        if (known == nullptr && facts.rdp_certificate)
            known = read_in_store(*facts.rdp_certificate, der);
        if (known != nullptr) {
            handshake->certificate = *known;
            continue;
        }
        auto parsed = parse_certificate(der);
        if (parsed) handshake->certificate = *std::move(parsed);
    }
}

} // namespace rdpsweep
