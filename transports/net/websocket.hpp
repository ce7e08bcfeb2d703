// A WebSocket over TLS (RFC 6455), as a client. The only file that instantiates Beast's is
// websocket.cpp.
#pragma once

#include "core/host_deadline.hpp"
#include "core/outcome.hpp"
#include "core/result.hpp"
#include "transports/net/endpoint.hpp"
#include "transports/net/tls_profile.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace rdpsweep::net {

// How the other side ended it: RFC 6455 section 7.4, 1006 when it just went away.
struct WsClose {
    std::uint16_t code = 1006;
    std::string reason; // as it came
};

class WebSocket {
public:
    // Takes a connected socket. peer: for SNI, the certificate and the Host header.
    WebSocket(
        asio::ip::tcp::socket socket,
        std::shared_ptr<ssl_ctx_st> context,
        Endpoint peer,
        Attempt& attempt
    );
    ~WebSocket();
    WebSocket(const WebSocket&) = delete;
    WebSocket& operator=(const WebSocket&) = delete;

    // Does the TLS handshake, within limit. Error{tls, ...}.
    Task<Result<PeerCertificate>> handshake(HostDeadline& deadline, Clock::duration limit);

    // Does the opening handshake for path, within limit. Error{http, ...}; an answer that is no 101
    // is access_denied (401, 403), throttled (429 and 5xx) or protocol_violation, with its status.
    Task<Status> upgrade(std::string path, HostDeadline& deadline, Clock::duration limit);

    // Sends one text frame, within limit. One send at a time. Error{http, peer_closed | timed_out}.
    // No deadline cuts it: a console that is cut in the middle cannot be left in good order.
    Task<Status> send(std::string text, Clock::duration limit);

    // Returns the next bytes of messages, whatever their frames; at least one, at most 16 KiB.
    // Waits without limit: pings every 20 to 30 s find out whether the peer is still there. One
    // receive at a time, which may run at the same time as a send. An Error means that closed()
    // says how it ended. Independent of any deadline: abandon() ends it.
    Task<Result<std::string>> receive();

    // Says goodbye (1000) and waits within limit for the receive under way to see the answer.
    Task<void> close(HostDeadline& deadline, Clock::duration limit);

    // Closes the socket. Everything under way ends with an Error, after which nothing is counted:
    // the attempt may be gone before a receive that somebody else holds has ended.
    void abandon() noexcept;

    [[nodiscard]] const WsClose& closed() const noexcept;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace rdpsweep::net
