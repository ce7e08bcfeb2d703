// HTTP as WinRM and Azure's storage need it: one request at a time over one connection, over TLS
// or without.
#pragma once

#include "core/byte_budget.hpp"
#include "core/host_deadline.hpp"
#include "core/outcome.hpp"
#include "core/result.hpp"
#include "transports/net/shared_text.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rdpsweep::net {

enum class HttpMethod : std::uint8_t { post, get };

struct HttpRequest {
    std::string path; // overwritten once it was sent: it may hold a signature
    // Content-Length is ours, and Host where it is not among them.
    std::vector<std::pair<std::string, std::string>> headers;
    SharedText body; // of a POST
    HttpMethod method = HttpMethod::post;
};

// Returns a request's header as it is sent; authority is for Host. It is as secret as its path and
// an Authorization header are: cleanse it after use.
std::string request_head(const HttpRequest& request, std::string_view authority);

struct HttpResponse {
    unsigned status = 0;
    std::vector<std::pair<std::string, std::string>> headers; // in order of arrival
    std::string body;
    bool keep_alive = true;
    HeldBytes held = {}; // what the body takes

    // Returns every value of the header called name, in order; names are compared without case.
    [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
};

// Returns "host:port" as in a Host header or URL: IPv6 literals in brackets, without their zone.
std::string authority(const std::string& host, std::uint16_t port);

class HttpConnection {
public:
    virtual ~HttpConnection() = default;

    // Sends request and reads the whole answer, within limit. body_limit bounds the answer, which
    // is charged to the host while it comes.
    // Error{http, timed_out | peer_closed | output_limit | protocol_violation | cancelled}.
    virtual Task<Result<HttpResponse>> exchange(
        HttpRequest request, HostDeadline& deadline, Clock::duration limit, std::size_t body_limit
    ) = 0;

    // Returns false after any error, or when the peer said Connection: close.
    [[nodiscard]] virtual bool usable() const noexcept = 0;
    virtual void close() noexcept = 0;
};

} // namespace rdpsweep::net
