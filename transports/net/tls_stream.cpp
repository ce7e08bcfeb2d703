// OpenSSL's part of a TLS stream, apart from the two files that instantiate Beast: each of those
// compiles for a minute.
#include "transports/net/tls_stream.hpp"

#include "core/asio.hpp"

#include <openssl/bio.h>
#include <openssl/ssl.h>

namespace rdpsweep::net {

ssl_ctx_st* retain(ssl_ctx_st* context) noexcept {
    SSL_CTX_up_ref(context);
    return context;
}

void ask_for_name(ssl_st* tls, const std::string& host) {
    boost::system::error_code no_address;
    asio::ip::make_address(host, no_address);
    if (no_address) SSL_set_tlsext_host_name(tls, host.c_str());
}

std::uint32_t handshake_trips(const ssl_st* tls) noexcept {
    return SSL_version(tls) >= TLS1_3_VERSION ? 1 : 2;
}

void WireCount::book(const ssl_st* tls, Attempt& attempt) noexcept {
    const auto sent = BIO_number_written(SSL_get_wbio(tls));
    const auto received = BIO_number_read(SSL_get_rbio(tls));
    attempt.bytes_sent += sent - sent_;
    attempt.bytes_received += received - received_;
    sent_ = sent;
    received_ = received;
}

} // namespace rdpsweep::net
