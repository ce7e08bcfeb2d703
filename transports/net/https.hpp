// One HTTPS connection, strictly one request at a time. The only file that instantiates Beast over
// TLS is https.cpp.
#pragma once

#include "transports/net/endpoint.hpp"
#include "transports/net/http.hpp"
#include "transports/net/tls_profile.hpp"

#include <memory>

namespace rdpsweep::net {

class HttpsConnection final : public HttpConnection {
public:
    // Takes a connected socket. peer is used for SNI (names only) and the Host header.
    HttpsConnection(
        asio::ip::tcp::socket socket,
        std::shared_ptr<ssl_ctx_st> context,
        Endpoint peer,
        Attempt& attempt
    );
    ~HttpsConnection() override;
    HttpsConnection(const HttpsConnection&) = delete;
    HttpsConnection& operator=(const HttpsConnection&) = delete;

    // Does the TLS handshake, within limit. Error{tls, ...} tells an alert, a reset straight after
    // our ClientHello and silence apart: with TCP open they are evidence about SCHANNEL.
    Task<Result<PeerCertificate>> handshake(HostDeadline& deadline, Clock::duration limit);

    Task<Result<HttpResponse>> exchange(
        HttpRequest request, HostDeadline& deadline, Clock::duration limit, std::size_t body_limit
    ) override;

    [[nodiscard]] bool usable() const noexcept override;
    void close() noexcept override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace rdpsweep::net
