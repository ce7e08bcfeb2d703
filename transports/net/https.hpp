// One HTTPS connection, strictly one request at a time. The only file that instantiates Beast over
// TLS is https.cpp.
#pragma once

#include "core/host_scope.hpp"
#include "core/outcome.hpp"
#include "core/result.hpp"
#include "transports/net/tls_profile.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rdpsweep::net {

struct HttpRequest {
    std::string path;
    std::vector<std::pair<std::string, std::string>> headers; // Host and Content-Length are ours
    std::string body;
};

struct HttpResponse {
    unsigned status = 0;
    std::vector<std::pair<std::string, std::string>> headers; // in order of arrival
    std::string body;
    bool keep_alive = true;

    // Every value of the header called name, in order; names are compared without case.
    [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
};

// "host:port" as in a Host header or URL: IPv6 literals in brackets, without their zone.
std::string authority(const std::string& host, std::uint16_t port);

class HttpsConnection {
public:
    // Takes a connected socket. host is used for SNI (names only) and the Host header.
    HttpsConnection(
        asio::ip::tcp::socket socket,
        std::shared_ptr<ssl_ctx_st> context,
        std::string host,
        std::uint16_t port,
        Attempt& attempt
    );
    ~HttpsConnection();
    HttpsConnection(const HttpsConnection&) = delete;
    HttpsConnection& operator=(const HttpsConnection&) = delete;

    // The TLS handshake, within limit. Error{tls, ...} tells an alert, a reset straight after our
    // ClientHello and silence apart: with TCP open they are evidence about SCHANNEL.
    Task<Result<PeerCertificate>> handshake(HostScope& scope, Clock::duration limit);

    // Sends request and reads the whole answer, within limit. body_limit bounds the answer.
    // Error{http, timed_out | peer_closed | output_limit | protocol_violation | cancelled}.
    Task<Result<HttpResponse>>
    exchange(HttpRequest request, HostScope& scope, Clock::duration limit, std::size_t body_limit);

    // False after any error, or when the peer said Connection: close.
    [[nodiscard]] bool usable() const noexcept;
    void close() noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace rdpsweep::net
