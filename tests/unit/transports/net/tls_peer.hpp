// A TLS server at the other end of a socket, on a thread of its own: it says byte by byte what it
// has to say, and may go away at any byte.
#pragma once

#include "core/asio.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <thread>

struct ssl_ctx_st;
struct ssl_st;

namespace rdpsweep::test {

using TlsContext = std::shared_ptr<ssl_ctx_st>;

// Returns a context for one version of TLS (TLS1_2_VERSION and the like) that has a certificate.
TlsContext tls_server(int version);

// The same for a client, which checks nothing and has a certificate where it is asked for one.
TlsContext tls_client(int version);

class TlsPeer {
public:
    // After `most` bytes it says no more: the socket is half closed, without close_notify.
    TlsPeer(
        asio::ip::tcp::socket socket,
        const TlsContext& context,
        std::size_t most = std::numeric_limits<std::size_t>::max()
    );
    ~TlsPeer();

    // Each returns whether it was done, which is not so where the client went away.
    bool handshake();
    bool read(std::string& text, std::size_t size);
    bool write(const std::string& text);
    bool renegotiate();           // TLS 1.2, and asks for a certificate
    bool ask_for_certificate();   // TLS 1.3, behind the handshake
    bool give_tickets(int count); // TLS 1.3, all at once
    bool say_goodbye();           // close_notify
    void end_writing();           // the socket's half, without it

    [[nodiscard]] bool has_client_certificate() const;

    [[nodiscard]] std::size_t said() const noexcept { return said_; }

private:
    bool until(const std::function<int()>& act);
    bool flush();
    bool fetch();

    asio::ip::tcp::socket socket_;
    std::unique_ptr<ssl_st, void (*)(ssl_st*)> tls_;
    std::size_t most_;
    std::size_t said_ = 0;
};

// Runs a server's part until the end of the scope.
class PeerThread {
public:
    explicit PeerThread(std::function<void()> part) : thread_(std::move(part)) {}

    ~PeerThread() { thread_.join(); }

    PeerThread(const PeerThread&) = delete;
    PeerThread& operator=(const PeerThread&) = delete;

private:
    std::thread thread_;
};

} // namespace rdpsweep::test
