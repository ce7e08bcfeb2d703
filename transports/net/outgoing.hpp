// A request on its way, given piece by piece to what sends it.
#pragma once

#include "transports/net/http.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace rdpsweep::net {

// Its header is wiped as soon as it was sent: Basic carries the password and a path may hold a
// signature, and neither may stay in freed memory. Of the request given the same is true at once.
class Outgoing {
public:
    Outgoing(HttpRequest request, const std::string& authority);
    Outgoing(const Outgoing&) = delete;
    Outgoing& operator=(const Outgoing&) = delete;
    ~Outgoing();

    [[nodiscard]] bool done() const noexcept { return sent_ == head_.size() + body_.size(); }

    // Copies the next bytes to `to`, at most size; returns how many. The same ones again until they
    // are sent().
    std::size_t next(char* to, std::size_t size) const noexcept;

    // Tells whether the next bytes are of the header, and so to be wiped wherever they were copied.
    [[nodiscard]] bool secret() const noexcept { return sent_ < head_.size(); }

    void sent(std::size_t count) noexcept;

    [[nodiscard]] std::string_view head() const noexcept { return head_; }

private:
    std::string head_;
    SharedText body_;
    std::size_t sent_ = 0;
};

} // namespace rdpsweep::net
