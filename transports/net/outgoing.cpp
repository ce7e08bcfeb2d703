// Writes the header once, and walks over it and the body.
#include "transports/net/outgoing.hpp"

#include "core/secret.hpp"

#include <cstring>

namespace rdpsweep::net {

Outgoing::Outgoing(HttpRequest request, const std::string& authority)
    : head_(request_head(request, authority)), body_(std::move(request.body)) {
    cleanse(request.path);
    for (auto& [name, value] : request.headers) {
        if (name == "Authorization") cleanse(value);
    }
}

Outgoing::~Outgoing() {
    cleanse(head_);
}

std::size_t Outgoing::next(char* to, std::size_t size) const noexcept {
    std::size_t count = 0;
    if (secret()) count = head_.copy(to, size, sent_);
    const auto from = secret() ? 0 : sent_ - head_.size();
    return count + body_.copy(from, to + count, size - count);
}

void Outgoing::sent(std::size_t count) noexcept {
    const bool before = secret();
    sent_ += count;
    if (before && !secret()) explicit_bzero(head_.data(), head_.size());
}

} // namespace rdpsweep::net
