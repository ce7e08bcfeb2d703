// Drives an SSL object over two memory BIOs.
#include "tests/simfleet/winrm/tls_engine.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

namespace simfleet {

namespace {

TlsEngine::Progress progress_of(const SSL* ssl, int result) {
    switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_NONE:
        return TlsEngine::Progress::done;
    case SSL_ERROR_WANT_READ:
        return TlsEngine::Progress::want_input;
    default:
        return TlsEngine::Progress::failed;
    }
}

// Whom it belongs to is decided after the handshake: an unknown one gets a 401, not an alert.
int any_certificate(int, X509_STORE_CTX*) {
    return 1;
}

// The otherName 1.3.6.1.4.1.311.20.2.3 of the subjectAltName.
std::string upn_of(const X509* certificate) {
    auto* names = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)
    );
    std::string upn;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_OTHERNAME) continue;
        if (OBJ_obj2nid(name->d.otherName->type_id) != NID_ms_upn) continue;
        const ASN1_UTF8STRING* text = name->d.otherName->value->value.utf8string;
        upn.assign(
            reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(ASN1_STRING_length(text))
        );
    }
    GENERAL_NAMES_free(names);
    return upn;
}

} // namespace

void TlsEngine::Free::operator()(ssl_st* ssl) const noexcept {
    SSL_free(ssl);
}

TlsEngine::TlsEngine(ssl_st* ssl, std::string binding) : ssl_(ssl), binding_(std::move(binding)) {
    BIO* in = BIO_new(BIO_s_mem());
    BIO* out = BIO_new(BIO_s_mem());
    // An empty buffer means "not yet", not "end of file".
    BIO_set_mem_eof_return(in, -1);
    BIO_set_mem_eof_return(out, -1);
    SSL_set_bio(ssl, in, out);
    SSL_set_accept_state(ssl);
}

TlsEngine::~TlsEngine() = default;

void TlsEngine::feed(std::string_view wire) {
    BIO_write(SSL_get_rbio(ssl_.get()), wire.data(), static_cast<int>(wire.size()));
}

std::string TlsEngine::take_wire() {
    BIO* out = SSL_get_wbio(ssl_.get());
    std::string wire(BIO_ctrl_pending(out), '\0');
    if (!wire.empty()) BIO_read(out, wire.data(), static_cast<int>(wire.size()));
    return wire;
}

TlsEngine::Progress TlsEngine::handshake() {
    ERR_clear_error();
    return progress_of(ssl_.get(), SSL_do_handshake(ssl_.get()));
}

TlsEngine::Progress TlsEngine::read(std::string& plain) {
    std::array<char, 16384> chunk;
    bool came = false;
    for (;;) {
        ERR_clear_error();
        const int got = SSL_read(ssl_.get(), chunk.data(), static_cast<int>(chunk.size()));
        if (got > 0) {
            plain.append(chunk.data(), static_cast<std::size_t>(got));
            came = true;
            continue;
        }
        return came ? Progress::done : progress_of(ssl_.get(), got);
    }
}

bool TlsEngine::write(std::string_view plain) {
    while (!plain.empty()) {
        ERR_clear_error();
        const auto piece = plain.substr(0, 16384);
        const int sent = SSL_write(ssl_.get(), piece.data(), static_cast<int>(piece.size()));
        if (sent <= 0) return false;
        plain.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool TlsEngine::ask_certificate() {
    SSL* ssl = ssl_.get();
    ERR_clear_error();
    SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, any_certificate);
    if (SSL_version(ssl) >= TLS1_3_VERSION) {
        return SSL_verify_client_post_handshake(ssl) == 1 && SSL_do_handshake(ssl) == 1;
    }
    SSL_clear_options(ssl, SSL_OP_NO_RENEGOTIATION);
    return SSL_renegotiate(ssl) == 1 && SSL_do_handshake(ssl) == 1;
}

bool TlsEngine::answered() const {
    return SSL_get0_peer_certificate(ssl_.get()) != nullptr && SSL_in_init(ssl_.get()) == 0;
}

std::string TlsEngine::client_upn() const {
    X509* certificate = SSL_get0_peer_certificate(ssl_.get());
    const bool trusted = certificate != nullptr && SSL_get_verify_result(ssl_.get()) == X509_V_OK &&
                         X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 0) == 1;
    return trusted ? upn_of(certificate) : std::string();
}

std::string_view TlsEngine::version() const noexcept {
    return SSL_get_version(ssl_.get());
}

} // namespace simfleet
