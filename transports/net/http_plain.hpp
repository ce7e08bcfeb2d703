// One HTTP connection without TLS. Callers must encrypt what they send: see
// transports/winrm/sealing.hpp.
#pragma once

#include "transports/net/http.hpp"

#include <memory>

namespace rdpsweep::net {

class PlainHttpConnection final : public HttpConnection {
public:
    // Takes a connected socket; host and port are for the Host header. attempt must outlive it.
    PlainHttpConnection(
        asio::ip::tcp::socket socket, std::string host, std::uint16_t port, Attempt& attempt
    );
    ~PlainHttpConnection() override;

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
