// Strict TLS in the lean context: each kind of key that a server may have, chains that are good and
// chains that are not. The server, and what is compared with, are OpenSSL's default context.
#include "core/lean_library.hpp"
#include "core/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch.hpp"
#include "transports/net/openssl_owned.hpp"
#include "transports/net/tls_profile.hpp"

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <fstream>

using namespace rdpsweep;
using namespace rdpsweep::net;

namespace {

using Key = Owned<EVP_PKEY>;
using Cert = Owned<X509>;

Key key_of(const std::string& type) {
    if (type == "RSA" || type == "RSA-PSS") {
        const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> make(
            EVP_PKEY_CTX_new_from_name(nullptr, type.c_str(), nullptr), EVP_PKEY_CTX_free
        );
        EVP_PKEY* key = nullptr;
        EVP_PKEY_keygen_init(make.get());
        EVP_PKEY_generate(make.get(), &key);
        return Key(key);
    }
    if (type.starts_with("P-")) return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", type.c_str()));
    return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, type.c_str()));
}

void name(X509* cert, X509_NAME* (*part)(const X509*), const char* text) {
    X509_NAME_add_entry_by_txt(
        part(cert), "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text), -1, -1, 0
    );
}

// A certificate for vm.test; issuer: null for one that signs itself.
Cert certificate(EVP_PKEY* key, const char* subject, X509* issuer, EVP_PKEY* issuer_key) {
    Cert cert(X509_new());
    X509_set_version(cert.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), 7);
    X509_gmtime_adj(X509_getm_notBefore(cert.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3600);
    name(cert.get(), X509_get_subject_name, subject);
    if (issuer != nullptr) X509_set_issuer_name(cert.get(), X509_get_subject_name(issuer));
    if (issuer == nullptr) name(cert.get(), X509_get_issuer_name, subject);
    X509_set_pubkey(cert.get(), key);
    X509V3_CTX context;
    X509V3_set_ctx(
        &context, issuer != nullptr ? issuer : cert.get(), cert.get(), nullptr, nullptr, 0
    );
    const auto add = [&](int kind, const char* value) {
        auto* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
        X509_add_ext(cert.get(), extension, -1);
        X509_EXTENSION_free(extension);
    };
    add(NID_subject_alt_name, "DNS:vm.test");
    if (issuer == nullptr) add(NID_basic_constraints, "critical,CA:TRUE");
    auto* signer = issuer_key != nullptr ? issuer_key : key;
    const int type = EVP_PKEY_get_base_id(signer);
    const bool hashes_itself = type == EVP_PKEY_ED25519 || type == EVP_PKEY_ED448;
    X509_sign(cert.get(), signer, hashes_itself ? nullptr : EVP_sha256());
    return cert;
}

std::string ca_file(const Scratch& folder, const char* file, X509* ca) {
    const Owned<BIO> out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), ca);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    std::ofstream(folder.path(file)) << std::string(data, static_cast<std::size_t>(size));
    return folder.path(file);
}

using Context = std::shared_ptr<SSL_CTX>;

// What the strict client makes of a server: its version and what is wrong with the chain, or "no
// handshake".
std::string meet(const Context& client, const Context& server) {
    struct Free {
        void operator()(SSL* session) const noexcept { SSL_free(session); }
    };

    const std::unique_ptr<SSL, Free> ours(SSL_new(client.get())), theirs(SSL_new(server.get()));
    BIO* here = nullptr;
    BIO* there = nullptr;
    BIO_new_bio_pair(&here, 0, &there, 0);
    SSL_set_bio(ours.get(), here, here);
    SSL_set_bio(theirs.get(), there, there);
    SSL_set_connect_state(ours.get());
    SSL_set_accept_state(theirs.get());
    for (int flight = 0; flight < 10; ++flight) {
        SSL_do_handshake(ours.get());
        SSL_do_handshake(theirs.get());
    }
    ERR_clear_error();
    if (SSL_is_init_finished(ours.get()) == 0) return "no handshake";
    const auto peer = inspect_peer(ours.get(), "vm.test");
    return peer->tls_version + ": " + (peer->chain_problem.empty() ? "good" : peer->chain_problem);
}

Context server_of(X509* cert, EVP_PKEY* key, X509* above, int version) {
    Context server(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    SSL_CTX_use_certificate(server.get(), cert);
    SSL_CTX_use_PrivateKey(server.get(), key);
    if (above != nullptr) SSL_CTX_add1_chain_cert(server.get(), above);
    SSL_CTX_set_min_proto_version(server.get(), version);
    SSL_CTX_set_max_proto_version(server.get(), version);
    return server;
}

Context strict(const std::string& ca) {
    auto made = make_tls_context(TlsProfile::strict, ca);
    REQUIRE(made);
    return *made;
}

int decoders(OSSL_LIB_CTX* library) {
    int count = 0;
    const auto one = [](OSSL_DECODER*, void* counter) { ++*static_cast<int*>(counter); };
    OSSL_DECODER_do_all_provided(library, one, &count);
    return count;
}

// Returns every suite that a context could offer.
std::string suites(OSSL_LIB_CTX* library) {
    const Context context(SSL_CTX_new_ex(library, nullptr, TLS_client_method()), SSL_CTX_free);
    REQUIRE(SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0") == 1);
    std::string names;
    auto* const all = SSL_CTX_get_ciphers(context.get());
    for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i)
        names += std::string(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(all, i))) + ' ';
    return names;
}

int ciphers(OSSL_LIB_CTX* library) {
    int count = 0;
    const auto one = [](EVP_CIPHER*, void* counter) { ++*static_cast<int*>(counter); };
    EVP_CIPHER_do_all_provided(library, one, &count);
    return count;
}

} // namespace

TEST_CASE("lean library: it offers the suites that the default one offers", "[tls]") {
    CHECK(suites(lean_library()) == suites(nullptr));
    CHECK(suites(lean_library()).find("TLS_CHACHA20_POLY1305_SHA256") != std::string::npos);
    CHECK(ciphers(lean_library()) <= ciphers(nullptr) / 2);
}

TEST_CASE("lean library: it is used here, and is lean", "[tls]") {
    REQUIRE(lean_library() != nullptr);
    CHECK(lean_library() == lean_library());
    CHECK(decoders(lean_library()) >= 5);
    CHECK(decoders(lean_library()) <= 8);
    CHECK(decoders(nullptr) > 30);
}

TEST_CASE("lean library: every key that a server may have is met and judged", "[tls]") {
    const Scratch folder;
    const auto other_key = key_of("P-256");
    const auto other = certificate(other_key.get(), "another CA", nullptr, nullptr);
    const auto foreign = strict(ca_file(folder, "foreign.pem", other.get()));
    for (const std::string type :
         {"RSA", "RSA-PSS", "P-256", "P-384", "P-521", "ED25519", "ED448"}) {
        const auto ca_key = key_of(type);
        const auto ca = certificate(ca_key.get(), "our CA", nullptr, nullptr);
        const auto key = key_of(type);
        const auto cert = certificate(key.get(), "vm.test", ca.get(), ca_key.get());
        const auto trusting = strict(ca_file(folder, "ca.pem", ca.get()));
        for (const auto& [version, text] :
             {std::pair{TLS1_2_VERSION, "TLSv1.2"}, {TLS1_3_VERSION, "TLSv1.3"}}) {
            INFO(type << ", " << text);
            const auto server = server_of(cert.get(), key.get(), ca.get(), version);
            CHECK(meet(trusting, server) == std::string(text) + ": good");
            CHECK(
                meet(foreign, server) ==
                std::string(text) + ": self-signed certificate in certificate chain"
            );
            const auto alone = server_of(ca.get(), ca_key.get(), nullptr, version);
            CHECK(meet(foreign, alone) == std::string(text) + ": self-signed certificate");
        }
    }
}

TEST_CASE("lean library: a signature that is not the CA's is no chain", "[tls]") {
    const Scratch folder;
    const auto ca_key = key_of("RSA");
    const auto ca = certificate(ca_key.get(), "our CA", nullptr, nullptr);
    const auto forger = key_of("RSA");
    const auto key = key_of("P-256");
    const auto cert = certificate(key.get(), "vm.test", ca.get(), forger.get());
    const auto trusting = strict(ca_file(folder, "ca.pem", ca.get()));
    const auto server = server_of(cert.get(), key.get(), nullptr, TLS1_3_VERSION);
    CHECK(meet(trusting, server) == "TLSv1.3: certificate signature failure");
}

TEST_CASE("lean library: strict stays strict", "[tls]") {
    const Scratch folder;
    const auto key = key_of("RSA");
    const auto cert = certificate(key.get(), "vm.test", nullptr, nullptr);
    const auto ours = strict(ca_file(folder, "ca.pem", cert.get()));
    const auto old = server_of(cert.get(), key.get(), nullptr, TLS1_1_VERSION);
    SSL_CTX_set_security_level(old.get(), 0);
    CHECK(meet(ours, old) == "no handshake");
    auto legacy = make_tls_context(TlsProfile::legacy, "");
    REQUIRE(legacy);
    CHECK(meet(*legacy, old).starts_with("TLSv1.1"));
    const Key weak(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{1024}));
    const auto short_cert = certificate(weak.get(), "vm.test", nullptr, nullptr);
    const auto short_server = server_of(short_cert.get(), weak.get(), nullptr, TLS1_3_VERSION);
    SSL_CTX_set_security_level(short_server.get(), 0);
    SSL_CTX_use_certificate(short_server.get(), short_cert.get());
    SSL_CTX_use_PrivateKey(short_server.get(), weak.get());
    CHECK(
        meet(strict(folder.path("ca.pem")), short_server) == "TLSv1.3: EE certificate key too weak"
    );
}
