// Drives an SSL object over two memory BIOs.
#include "tests/simfleet/tls_engine.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

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

std::string_view TlsEngine::version() const noexcept {
    return SSL_get_version(ssl_.get());
}

} // namespace simfleet
