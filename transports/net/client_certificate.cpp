// Reads the chain and the key from PEM, and hands both to a context.
#include "transports/net/client_certificate.hpp"

#include "transports/net/openssl_owned.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace rdpsweep::net {

namespace {

Owned<BIO> reader(std::string_view text) {
    return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Error unusable(const char* what, const char* hint) {
    ERR_clear_error();
    return Error(Phase::config, Errc::malformed_output, what).with_hint(hint);
}

Status use_chain(SSL_CTX* context, const std::string& pem) {
    const auto in = reader(pem);
    const Owned<X509> leaf(PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr));
    if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) {
        return unusable(
            "the client certificate cannot be read", "it must be PEM: -----BEGIN CERTIFICATE-----"
        );
    }
    while (auto* next = PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr)) {
        SSL_CTX_add0_chain_cert(context, next);
    }
    ERR_clear_error(); // "no more certificates" is an error to OpenSSL
    return {};
}

Status use_key(SSL_CTX* context, const Secret& pem) {
    const auto in = reader(pem.reveal());
    const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr));
    if (!key) {
        return unusable(
            "the key of the client certificate cannot be read",
            "it must be PEM without a passphrase: openssl pkey -in KEY -out PLAIN, mode 0600"
        );
    }
    if (SSL_CTX_use_PrivateKey(context, key.get()) == 1) return {};
    return unusable(
        "the key does not belong to the client certificate",
        "openssl x509 -in CERTIFICATE -pubkey -noout and openssl pkey -in KEY -pubout must agree"
    );
}

Status use_identity(SSL_CTX* context, const ClientCertificate& certificate) {
    auto used = use_chain(context, certificate.chain);
    if (!used) return used;
    return use_key(context, certificate.key);
}

} // namespace

Status check_client_certificate(const ClientCertificate& certificate) {
    const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    if (!context) return Error(Phase::internal, Errc::bug, "OpenSSL made no context");
    return use_identity(context.get(), certificate);
}

Result<std::shared_ptr<ssl_ctx_st>> make_client_context(
    TlsProfile profile,
    const std::string& ca_file,
    const ClientCertificate& certificate,
    CertificateTiming timing
) {
    auto context = make_tls_context(profile, ca_file);
    if (!context) return context;
    auto* raw = context->get();
    if (timing == CertificateTiming::post_handshake) {
        SSL_CTX_set_post_handshake_auth(raw, 1);
    } else {
        SSL_CTX_set_max_proto_version(raw, TLS1_2_VERSION);
    }
    if (auto used = use_identity(raw, certificate); !used) return std::move(used).error();
    return context;
}

} // namespace rdpsweep::net
