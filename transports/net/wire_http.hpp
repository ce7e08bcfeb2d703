// HTTP over a wire: what HTTPS and plain HTTP have in common, which is all of it.
#pragma once

#include "transports/net/http.hpp"
#include "transports/net/http_answer.hpp"
#include "transports/net/wire.hpp"

#include <memory>
#include <string>

namespace rdpsweep::net {

class WireHttp : public HttpConnection {
public:
    // authority is for the Host header. attempt must outlive it.
    WireHttp(std::unique_ptr<Wire> wire, std::string authority, Attempt& attempt);
    ~WireHttp() override;
    WireHttp(const WireHttp&) = delete;
    WireHttp& operator=(const WireHttp&) = delete;

    Task<Result<HttpResponse>> exchange(
        HttpRequest request, HostDeadline& deadline, Clock::duration limit, std::size_t body_limit
    ) override;

    [[nodiscard]] bool usable() const noexcept override { return usable_; }

    void close() noexcept override;

protected:
    [[nodiscard]] Wire& wire() noexcept { return *wire_; }

    [[nodiscard]] Attempt& attempt() noexcept { return attempt_; }

private:
    Task<boost::system::error_code> send(HttpRequest request);
    boost::system::error_code take_more(HttpAnswer& answer, Step& step);
    Result<HttpResponse> finish(HttpAnswer& answer, HeldBytes held);

    std::unique_ptr<Wire> wire_;
    std::string authority_;
    Attempt& attempt_;
    std::string early_; // came behind the last answer
    bool usable_ = true;
};

} // namespace rdpsweep::net
