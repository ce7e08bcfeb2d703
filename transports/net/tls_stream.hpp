// TLS as a client over one socket: OpenSSL reads and writes the descriptor itself, without buffers
// between, and gives its own back while nothing comes.
#pragma once

#include "transports/net/wire.hpp"

#include <memory>
#include <string>

struct bio_st;
struct ssl_ctx_st;
struct ssl_st;

namespace rdpsweep::net {

// Errors: what OpenSSL found wrong, alerts included, is of Asio's TLS category (alert.hpp reads
// it). An end with close_notify is asio::error::eof; without one it is
// asio::ssl::error::stream_truncated. The rest are those of the socket.
//
// Renegotiation and authentication behind the handshake happen within read() and write(): a read
// may want to write, and the other way round. What OpenSSL keeps to itself (session tickets, key
// updates) is bounded a try, so that a host that sends nothing else cannot hold up the lane.
class TlsStream final : public Wire {
public:
    // Takes a connected socket. host is asked for (SNI), unless that is an address (RFC 6066
    // section 3).
    TlsStream(
        asio::ip::tcp::socket socket,
        const std::shared_ptr<ssl_ctx_st>& context,
        const std::string& host
    );
    ~TlsStream() override;

    // Tries to get on with the handshake; it is done where nothing is wanted and no code set.
    Step shake_hands();

    Step read(char* to, std::size_t size) override;
    Step write(const char* from, std::size_t size) override;

    // Does the whole handshake, waiting as needed. Returns why it failed.
    Task<boost::system::error_code> handshake();

    // Returns the round trips of the handshake that is done: one with TLS 1.3 (RFC 8446 section 2),
    // two before it.
    [[nodiscard]] std::uint32_t handshake_trips() const noexcept;

    [[nodiscard]] ssl_st* tls() noexcept { return tls_.get(); }

private:
    struct Free {
        void operator()(ssl_st* tls) const noexcept;
    };

    friend struct SocketBio;
    void begin_try() noexcept;
    Step step_of(int result, std::size_t count);
    [[nodiscard]] boost::system::error_code failure(int why);

    std::unique_ptr<ssl_st, Free> tls_;
    boost::system::error_code socket_failed_; // of the socket, below TLS
    std::size_t room_ = 0;                    // what this try may still take from the socket
};

} // namespace rdpsweep::net
