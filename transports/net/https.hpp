// One HTTPS connection, strictly one request at a time.
#pragma once

#include "transports/net/endpoint.hpp"
#include "transports/net/tls_profile.hpp"
#include "transports/net/tls_stream.hpp"
#include "transports/net/wire_http.hpp"

#include <memory>

namespace rdpsweep::net {

class HttpsConnection final : public WireHttp {
public:
    // Takes a connected socket. peer is used for SNI (names only) and the Host header. attempt must
    // outlive it.
    HttpsConnection(
        asio::ip::tcp::socket socket,
        const std::shared_ptr<ssl_ctx_st>& context,
        Endpoint peer,
        Attempt& attempt
    );

    // Does the TLS handshake, within limit. Error{tls, ...} tells an alert, a reset straight after
    // our ClientHello and silence apart: with TCP open they are evidence about SCHANNEL.
    Task<Result<PeerCertificate>> handshake(HostDeadline& deadline, Clock::duration limit);

private:
    HttpsConnection(std::unique_ptr<TlsStream> stream, Endpoint peer, Attempt& attempt);

    TlsStream& stream_; // the wire
    std::string host_;
};

} // namespace rdpsweep::net
