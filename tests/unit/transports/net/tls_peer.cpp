// Runs OpenSSL over memory, and carries the bytes itself: so it can cut where it likes.
#include "tests/unit/transports/net/tls_peer.hpp"

#include "transports/net/openssl_owned.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <sys/socket.h>
#include <sys/time.h>

namespace rdpsweep::test {

namespace {

void certify(SSL_CTX* context) {
    const net::Owned<EVP_PKEY> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    const net::Owned<X509> cert(X509_new());
    X509_set_version(cert.get(), X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(cert.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3600);
    X509_set_pubkey(cert.get(), key.get());
    X509_sign(cert.get(), key.get(), EVP_sha256());
    SSL_CTX_use_certificate(context, cert.get());
    SSL_CTX_use_PrivateKey(context, key.get());
}

TlsContext context_of(const SSL_METHOD* method, int version) {
    TlsContext context(SSL_CTX_new(method), SSL_CTX_free);
    certify(context.get());
    SSL_CTX_set_min_proto_version(context.get(), version);
    SSL_CTX_set_max_proto_version(context.get(), version);
    return context;
}

int accept_any(int, X509_STORE_CTX*) {
    return 1;
}

} // namespace

TlsContext tls_server(int version) {
    auto context = context_of(TLS_server_method(), version);
    static const std::array<unsigned char, 4> name{'t', 'e', 's', 't'};
    SSL_CTX_set_session_id_context(context.get(), name.data(), name.size());
    return context;
}

TlsContext tls_client(int version) {
    auto context = context_of(TLS_client_method(), version);
    SSL_CTX_set_post_handshake_auth(context.get(), 1);
    return context;
}

TlsPeer::TlsPeer(asio::ip::tcp::socket socket, const TlsContext& context, std::size_t most)
    : socket_(std::move(socket)), tls_(SSL_new(context.get()), SSL_free), most_(most) {
    socket_.set_option(asio::ip::tcp::no_delay(true));
    timeval patience{20, 0}; // a client that never answers fails the test, it does not hang it
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    SSL_set_bio(tls_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(tls_.get());
}

TlsPeer::~TlsPeer() = default;

bool TlsPeer::flush() {
    char byte = 0;
    while (BIO_read(SSL_get_wbio(tls_.get()), &byte, 1) == 1) {
        if (said_ == most_) {
            end_writing();
            return false;
        }
        if (::send(socket_.native_handle(), &byte, 1, MSG_NOSIGNAL) != 1) return false;
        ++said_;
    }
    return true;
}

bool TlsPeer::fetch() {
    std::array<char, 4096> bytes{};
    const auto got = ::recv(socket_.native_handle(), bytes.data(), bytes.size(), 0);
    if (got <= 0) return false;
    BIO_write(SSL_get_rbio(tls_.get()), bytes.data(), static_cast<int>(got));
    return true;
}

bool TlsPeer::until(const std::function<int()>& act) {
    for (;;) {
        ERR_clear_error();
        const int result = act();
        const int why = SSL_get_error(tls_.get(), result);
        if (!flush()) return false;
        if (result > 0) return true;
        if (why != SSL_ERROR_WANT_READ || !fetch()) return false;
    }
}

bool TlsPeer::handshake() {
    return until([this] { return SSL_do_handshake(tls_.get()); });
}

bool TlsPeer::read(std::string& text, std::size_t size) {
    while (text.size() < size) {
        char byte = 0;
        if (!until([&] { return SSL_read(tls_.get(), &byte, 1); })) return false;
        text += byte;
    }
    return true;
}

bool TlsPeer::write(const std::string& text) {
    return until([&] { return SSL_write(tls_.get(), text.data(), static_cast<int>(text.size())); });
}

bool TlsPeer::renegotiate() {
    SSL_set_verify(tls_.get(), SSL_VERIFY_PEER, accept_any);
    // A session that is resumed has no place for a certificate.
    SSL_set_options(tls_.get(), SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
    SSL_renegotiate(tls_.get());
    if (!handshake()) return false; // says that it wants one
    return until([this] {
        char byte = 0;
        const int result = SSL_read(tls_.get(), &byte, 1);
        return SSL_in_init(tls_.get()) == 0 && has_client_certificate() ? 1 : result;
    });
}

bool TlsPeer::ask_for_certificate() {
    SSL_set_verify(tls_.get(), SSL_VERIFY_PEER, accept_any);
    if (SSL_verify_client_post_handshake(tls_.get()) != 1 || !handshake()) return false;
    return until([this] {
        char byte = 0;
        const int result = SSL_read(tls_.get(), &byte, 1);
        return has_client_certificate() ? 1 : result;
    });
}

bool TlsPeer::give_tickets(int count) {
    for (int i = 0; i < count; ++i) {
        if (SSL_new_session_ticket(tls_.get()) != 1 || SSL_do_handshake(tls_.get()) != 1) {
            return false;
        }
    }
    std::string all(BIO_pending(SSL_get_wbio(tls_.get())), '\0');
    const auto size = static_cast<ssize_t>(all.size());
    BIO_read(SSL_get_wbio(tls_.get()), all.data(), static_cast<int>(size));
    said_ += all.size();
    return ::send(socket_.native_handle(), all.data(), all.size(), MSG_NOSIGNAL) == size;
}

bool TlsPeer::say_goodbye() {
    SSL_shutdown(tls_.get());
    return flush();
}

void TlsPeer::end_writing() {
    ::shutdown(socket_.native_handle(), SHUT_WR);
}

bool TlsPeer::has_client_certificate() const {
    return SSL_get0_peer_certificate(tls_.get()) != nullptr;
}

} // namespace rdpsweep::test
