// The floor of RDP from outside: a loop with blocking sockets and bare OpenSSL that does for each
// address what rdpsweep does on the wire, and nothing else.
// usage: rdp_floor PORT HOSTS [all|matrix]
//
// Hosts are 127.0.1.1 and following, as the simulated fleet's. It keeps the leaf's DER and its
// SHA-1, as rdpsweep does.
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "bench/fleet_address.hpp"

namespace {

SSL_CTX* offer(int least, int most) {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(context, least);
    SSL_CTX_set_max_proto_version(context, most);
    return context;
}

// One connection: request, confirm, TLS, leaf. True when TLS completed.
bool shake(SSL_CTX* context, unsigned host, int port) {
    static constexpr unsigned char request[] = {
        3, 0, 0, 0x13, 0x0e, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 0x0b, 0, 0, 0};
    const int socket = connect_to(host, port);
    if (socket < 0) return false;
    std::array<unsigned char, 19> answer{};
    bool done = write(socket, request, sizeof request) == sizeof request &&
                recv(socket, answer.data(), answer.size(), MSG_WAITALL) == 19 && answer[11] == 2;
    SSL* ssl = done ? SSL_new(context) : nullptr;
    if (ssl != nullptr) {
        SSL_set_fd(ssl, socket);
        done = SSL_connect(ssl) == 1;
        X509* leaf = SSL_get0_peer_certificate(ssl);
        unsigned char* der = nullptr;
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned length = 0;
        if (leaf != nullptr) {
            X509_digest(leaf, EVP_sha1(), digest, &length);
            i2d_X509(leaf, &der);
            OPENSSL_free(der);
        }
        SSL_free(ssl);
    }
    const linger now{1, 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(socket);
    return done;
}

} // namespace

int main(int count, char** words) {
    if (count < 3) return 2;
    const int port = std::atoi(words[1]);
    const auto hosts = static_cast<unsigned>(std::atoi(words[2]));
    std::vector<SSL_CTX*> offers{offer(TLS1_VERSION, TLS1_3_VERSION)};
    if (count > 3 && std::strcmp(words[3], "matrix") == 0) {
        // 1.3 is what a modern server takes from the offer of all, as rdpsweep knows by then.
        for (const int version : {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION})
            offers.push_back(offer(version, version));
    }
    unsigned completed = 0;
    for (unsigned host = 0; host < hosts; ++host) {
        for (SSL_CTX* context : offers)
            completed += shake(context, host, port) ? 1 : 0;
    }
    std::printf("%u handshakes completed\n", completed);
    return completed == 0 ? 1 : 0;
}
