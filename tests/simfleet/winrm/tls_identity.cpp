// Makes keys, certificates and the three TLS configurations.
#include "tests/simfleet/winrm/tls_identity.hpp"

#include "core/encoding.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <map>
#include <string_view>

namespace simfleet {

namespace {

struct Free {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }

    void operator()(X509* certificate) const noexcept { X509_free(certificate); }

    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }

    void operator()(BIO* bio) const noexcept { BIO_free(bio); }

    void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
};

using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using Context = std::unique_ptr<SSL_CTX, Free>;

constexpr long day = 24 * 3600;
// Signed leaves that are kept; a forgotten one is signed again, byte for byte the same.
constexpr std::size_t cached_certificates = 2048;

struct Subject {
    long serial = 1;
    std::string common_name;
    long days_from = -30;
    long days_to = 365;
    std::string alternative_names; // OpenSSL's syntax; empty for the CA
    const EVP_MD* digest = nullptr;
    const char* usage = "serverAuth";
};

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, Free> extension{
        X509V3_EXT_conf_nid(nullptr, &context, nid, value)};
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_names(X509* certificate, const X509* issuer, const std::string& common_name) {
    X509_NAME* name = X509_get_subject_name(certificate);
    const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
    if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) != 1) return false;
    const X509_NAME* by = issuer == nullptr ? name : X509_get_subject_name(issuer);
    return X509_set_issuer_name(certificate, by) == 1;
}

// key's public half under issuer's name, signed by signer. issuer null: self-signed, a CA.
Certificate
sign(const Subject& subject, EVP_PKEY* key, X509* issuer, EVP_PKEY* signer, std::time_t epoch) {
    Certificate made{X509_new()};
    if (!made || X509_set_version(made.get(), X509_VERSION_3) != 1) return nullptr;
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), subject.serial);
    X509_time_adj(X509_getm_notBefore(made.get()), subject.days_from * day, &epoch);
    X509_time_adj(X509_getm_notAfter(made.get()), subject.days_to * day, &epoch);
    if (!set_names(made.get(), issuer, subject.common_name)) return nullptr;
    if (X509_set_pubkey(made.get(), key) != 1) return nullptr;
    X509* by = issuer == nullptr ? made.get() : issuer;
    const auto extend = [&](int nid, const char* value) {
        return add_extension(made.get(), by, nid, value);
    };
    const bool extended =
        issuer == nullptr
            ? extend(NID_basic_constraints, "critical,CA:TRUE") &&
                  extend(NID_key_usage, "critical,keyCertSign,cRLSign") &&
                  extend(NID_subject_key_identifier, "hash")
            : extend(NID_basic_constraints, "critical,CA:FALSE") &&
                  extend(NID_key_usage, "critical,digitalSignature,keyEncipherment") &&
                  extend(NID_ext_key_usage, subject.usage) &&
                  extend(NID_authority_key_identifier, "keyid") &&
                  extend(NID_subject_alt_name, subject.alternative_names.c_str());
    if (!extended || X509_sign(made.get(), signer, subject.digest) == 0) return nullptr;
    return made;
}

// A client must hash the certificate with its own signature's hash (RFC 5929), so some VMs are
// signed with SHA-384 and SHA-512.
const EVP_MD* digest_for(std::size_t index) {
    switch (index % 5) {
    case 1:
        return EVP_sha384();
    case 3:
        return EVP_sha512();
    default:
        return EVP_sha256();
    }
}

Subject subject_of(const Vm& vm) {
    char name[48];
    std::snprintf(name, sizeof name, "vm-%05zu.sim.test", vm.index);
    Subject subject;
    subject.serial = static_cast<long>(vm.index) + 1000;
    subject.common_name = name;
    subject.alternative_names = "IP:" + vm.address + ",DNS:" + name;
    subject.digest = digest_for(vm.index);
    if (vm.wire.manner == Manner::expired_cert) {
        subject.days_from = -400;
        subject.days_to = -3;
    }
    if (vm.wire.manner == Manner::wrong_name_cert) {
        subject.common_name = "some-other-host.sim.test";
        subject.alternative_names = "DNS:some-other-host.sim.test";
    }
    return subject;
}

std::string binding_of(const X509* certificate) {
    int digest = NID_undef;
    OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &digest, nullptr);
    if (digest == NID_md5 || digest == NID_sha1) digest = NID_sha256;
    const EVP_MD* md = EVP_get_digestbynid(digest);
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (md == nullptr || X509_digest(certificate, md, hash, &length) != 1) return {};
    return "tls-server-end-point:" + std::string{reinterpret_cast<const char*>(hash), length};
}

Context context_for(int lowest, int highest) {
    Context context{SSL_CTX_new(TLS_server_method())};
    if (!context) return nullptr;
    SSL_CTX_set_min_proto_version(context.get(), lowest);
    SSL_CTX_set_max_proto_version(context.get(), highest);
    // OpenSSL 3 has SHA-1 signatures, which TLS 1.0 needs, at security level 0 only.
    if (lowest < TLS1_2_VERSION) SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_num_tickets(context.get(), 0);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    constexpr unsigned char name[] =
        "simfleet"; // OpenSSL wants one before it asks for certificates
    SSL_CTX_set_session_id_context(context.get(), name, sizeof name);
    return context;
}

std::string to_pem(X509* certificate) {
    const std::unique_ptr<BIO, Free> out{BIO_new(BIO_s_mem())};
    if (!out || PEM_write_bio_X509(out.get(), certificate) != 1) return {};
    std::string text(BIO_ctrl_pending(out.get()), '\0');
    BIO_read(out.get(), text.data(), static_cast<int>(text.size()));
    return text;
}

std::unique_ptr<TlsEngine> engine_with(X509* leaf, SSL_CTX* context, EVP_PKEY* key) {
    SSL* ssl = leaf == nullptr ? nullptr : SSL_new(context);
    if (ssl == nullptr) return nullptr;
    if (SSL_use_certificate(ssl, leaf) != 1 || SSL_use_PrivateKey(ssl, key) != 1) {
        SSL_free(ssl);
        return nullptr;
    }
    return std::make_unique<TlsEngine>(ssl, binding_of(leaf));
}

rdpsweep::Error openssl_failed() {
    return {rdpsweep::Phase::internal, rdpsweep::Errc::bug, "OpenSSL could not make the test CA"};
}

} // namespace

struct TlsIdentities::Impl {
    Key ca_key;
    Key server_key;
    Certificate ca;
    std::string ca_pem;
    std::time_t epoch = 0;
    Context modern;  // TLS 1.2 and 1.3, as Windows Server 2022
    Context classic; // TLS 1.2 only, as 2012 R2 to 2019
    Context legacy;  // TLS 1.0 only
    std::map<std::size_t, Certificate> leaves;
    std::map<std::string, Certificate> host_leaves;

    X509* leaf_for(const Vm& vm) {
        if (const auto found = leaves.find(vm.index); found != leaves.end()) {
            return found->second.get();
        }
        if (leaves.size() >= cached_certificates) leaves.clear();
        Certificate made = sign(subject_of(vm), server_key.get(), ca.get(), ca_key.get(), epoch);
        return leaves.emplace(vm.index, std::move(made)).first->second.get();
    }

    [[nodiscard]] SSL_CTX* context_of(const Vm& vm) const {
        if (vm.wire.manner == Manner::tls_legacy) return legacy.get();
        constexpr std::uint32_t server_2022 = 20348; // the first that speaks TLS 1.3
        const bool old = vm.state != nullptr && vm.state->build() < server_2022;
        return old ? classic.get() : modern.get();
    }
};

TlsIdentities::TlsIdentities(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

TlsIdentities::TlsIdentities(TlsIdentities&&) noexcept = default;
TlsIdentities& TlsIdentities::operator=(TlsIdentities&&) noexcept = default;
TlsIdentities::~TlsIdentities() = default;

rdpsweep::Result<TlsIdentities> TlsIdentities::create(bool tls13) {
    auto impl = std::make_unique<Impl>();
    impl->epoch = std::time(nullptr);
    impl->ca_key.reset(EVP_RSA_gen(2048));
    impl->server_key.reset(EVP_RSA_gen(2048));
    impl->modern = context_for(TLS1_2_VERSION, tls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
    impl->classic = context_for(TLS1_2_VERSION, TLS1_2_VERSION);
    impl->legacy = context_for(TLS1_VERSION, TLS1_VERSION);
    if (!impl->ca_key || !impl->server_key) return openssl_failed();
    if (!impl->modern || !impl->classic || !impl->legacy) return openssl_failed();
    Subject subject;
    subject.common_name = "rdpsweep simulated fleet CA";
    subject.days_to = 3650;
    subject.digest = EVP_sha256();
    impl->ca = sign(subject, impl->ca_key.get(), nullptr, impl->ca_key.get(), impl->epoch);
    if (!impl->ca) return openssl_failed();
    impl->ca_pem = to_pem(impl->ca.get());
    for (const auto* context : {&impl->modern, &impl->classic, &impl->legacy}) {
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context->get()), impl->ca.get());
    }
    return TlsIdentities{std::move(impl)};
}

const std::string& TlsIdentities::ca_pem() const noexcept {
    return impl_->ca_pem;
}

rdpsweep::Result<TlsIdentities::ClientIdentity>
TlsIdentities::client_identity(const std::string& upn) const {
    Subject subject;
    subject.serial = 7;
    subject.common_name = upn;
    subject.alternative_names = "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:" + upn;
    subject.digest = EVP_sha256();
    subject.usage = "clientAuth";
    const Key key{EVP_RSA_gen(2048)};
    const auto made =
        key ? sign(subject, key.get(), impl_->ca.get(), impl_->ca_key.get(), impl_->epoch)
            : nullptr;
    const std::unique_ptr<BIO, Free> out{BIO_new(BIO_s_mem())};
    const bool written =
        made && out &&
        PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
    if (!written) return openssl_failed();
    std::string text(BIO_ctrl_pending(out.get()), '\0');
    BIO_read(out.get(), text.data(), static_cast<int>(text.size()));
    return ClientIdentity{to_pem(made.get()), std::move(text)};
}

std::unique_ptr<TlsEngine> TlsIdentities::engine_for(const Vm& vm) {
    return engine_with(impl_->leaf_for(vm), impl_->context_of(vm), impl_->server_key.get());
}

std::unique_ptr<TlsEngine> TlsIdentities::engine_for_host(const std::string& name) {
    auto& leaf = impl_->host_leaves[name];
    if (!leaf) {
        Subject subject;
        subject.serial = static_cast<long>(900'000'000 + impl_->host_leaves.size());
        subject.common_name = name;
        subject.alternative_names = "DNS:" + name + ",IP:127.0.0.1";
        subject.digest = EVP_sha256();
        leaf = sign(
            subject, impl_->server_key.get(), impl_->ca.get(), impl_->ca_key.get(), impl_->epoch
        );
    }
    return engine_with(leaf.get(), impl_->modern.get(), impl_->server_key.get());
}

std::string TlsIdentities::fingerprint(const Vm& vm) {
    const X509* leaf = impl_->leaf_for(vm);
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (leaf == nullptr || X509_digest(leaf, EVP_sha256(), hash, &length) != 1) return {};
    return rdpsweep::hex_encode({reinterpret_cast<const char*>(hash), length});
}

} // namespace simfleet
