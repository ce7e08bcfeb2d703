// Pumps OpenSSL's memory buffers over a ByteStream, and reads what the handshake brought.
#include "transports/rdp/tls_session.hpp"

#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "transports/net/openssl_owned.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>

namespace rdpsweep::rdp {
namespace {

// A whole record of a certificate chain needs a few reads; a coroutine's frame holds this.
constexpr std::size_t read_bytes = 4096;

// A handshake takes a few KiB, with a long chain some dozen. A peer that sends more does not mean
// to end.
constexpr std::size_t longest_handshake = limits::handshake_bytes;

std::string last_reason() {
    const auto code = ERR_peek_last_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "TLS failed" : reason;
}

} // namespace

TlsSession::TlsSession(ssl_ctx_st* offer, ByteStream& stream)
    : stream_(stream), ssl_(SSL_new(offer), SSL_free) {
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_.get());
}

TlsSession::~TlsSession() = default;

// Returns what OpenSSL wants to send.
Task<StreamEnd> TlsSession::flush() {
    char* data = nullptr;
    auto* out = SSL_get_wbio(ssl_.get());
    const auto length = BIO_get_mem_data(out, &data);
    if (length <= 0) co_return StreamEnd::none;
    std::string bytes(data, static_cast<std::size_t>(length));
    static_cast<void>(BIO_reset(out));
    sent_ += bytes.size();
    co_return co_await stream_.write(std::move(bytes));
}

// Returns what the peer has sent.
Task<StreamEnd> TlsSession::fill() {
    std::array<char, read_bytes> buffer;
    const auto received = co_await stream_.read(buffer.data(), buffer.size());
    if (received.count == 0) co_return received.end;
    hello_.feed(std::string_view(buffer.data(), received.count));
    BIO_write(SSL_get_rbio(ssl_.get()), buffer.data(), static_cast<int>(received.count));
    co_return StreamEnd::none;
}

Task<TlsOutcome> TlsSession::handshake() {
    TlsOutcome outcome;
    for (;;) {
        // Errors of another host's session on this thread must not be taken for ours.
        ERR_clear_error();
        const int result = SSL_do_handshake(ssl_.get());
        const int why = SSL_get_error(ssl_.get(), result);
        if (result != 1 && why != SSL_ERROR_WANT_READ) outcome.reason = last_reason();
        const auto written = co_await flush(); // an alert of ours, too
        outcome.done = result == 1;
        if (outcome.done || !outcome.reason.empty()) break;
        outcome.end = written != StreamEnd::none ? written : co_await fill();
        if (outcome.end != StreamEnd::none) break;
        outcome.foreign = hello_.foreign();
        if (hello_.received() > longest_handshake) outcome.reason = "the handshake does not end";
        if (outcome.foreign || !outcome.reason.empty()) break;
    }
    co_return outcome;
}

Task<TlsAnswer>
TlsSession::ask(std::string text, std::size_t limit, bool (*enough)(const std::string&)) {
    TlsAnswer answer;
    ERR_clear_error();
    SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
    answer.end = co_await flush();
    while (answer.end == StreamEnd::none && answer.text.size() < limit) {
        std::array<char, 1024> plain;
        ERR_clear_error();
        const int count = SSL_read(ssl_.get(), plain.data(), static_cast<int>(plain.size()));
        if (count > 0) {
            answer.text.append(plain.data(), static_cast<std::size_t>(count));
            if (enough(answer.text)) break;
            continue;
        }
        if (SSL_get_error(ssl_.get(), count) != SSL_ERROR_WANT_READ) break;
        if (hello_.received() > longest_handshake) break;
        answer.end = co_await fill();
    }
    co_return answer;
}

std::string TlsSession::version() const {
    switch (SSL_is_init_finished(ssl_.get()) == 1 ? SSL_version(ssl_.get()) : 0) {
    case TLS1_VERSION:
        return "1.0";
    case TLS1_1_VERSION:
        return "1.1";
    case TLS1_2_VERSION:
        return "1.2";
    case TLS1_3_VERSION:
        return "1.3";
    default:
        return {};
    }
}

std::string TlsSession::suite() const {
    const auto* cipher = SSL_get_current_cipher(ssl_.get());
    return cipher == nullptr ? std::string() : SSL_CIPHER_standard_name(cipher);
}

std::string TlsSession::thumbprint() const {
    return hex_encode(net::sha1_of(SSL_get0_peer_certificate(ssl_.get())));
}

std::vector<ServedIssuer> TlsSession::issuers() const {
    constexpr int most = 8;
    std::vector<ServedIssuer> issuers;
    const auto* served = SSL_get_peer_cert_chain(ssl_.get()); // a client's view has the leaf first
    for (int i = 1; i < sk_X509_num(served) && i <= most; ++i) {
        const auto* certificate = sk_X509_value(served, i);
        char name[256];
        X509_NAME_oneline(X509_get_subject_name(certificate), name, sizeof name);
        issuers.push_back({hex_encode(net::sha1_of(certificate)), printable(name)});
    }
    return issuers;
}

std::string TlsSession::certificate() const {
    auto* leaf = SSL_get0_peer_certificate(ssl_.get());
    if (leaf == nullptr) return {};
    unsigned char* der = nullptr;
    const int length = i2d_X509(leaf, &der);
    if (length <= 0) return {};
    std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
    OPENSSL_free(der);
    return bytes;
}

} // namespace rdpsweep::rdp
