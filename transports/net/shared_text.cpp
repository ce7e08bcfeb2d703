// Walks the three pieces as if they were one.
#include "transports/net/shared_text.hpp"

#include <algorithm>

namespace rdpsweep::net {

std::size_t SharedText::copy(std::size_t offset, char* to, std::size_t size) const noexcept {
    std::size_t copied = 0;
    for (const std::string_view piece :
         {std::string_view(head_), middle(), std::string_view(tail_)}) {
        const auto skipped = std::min(offset, piece.size());
        offset -= skipped;
        copied += piece.substr(skipped).copy(to + copied, size - copied);
    }
    return copied;
}

std::string SharedText::whole() const {
    std::string text;
    text.reserve(size());
    return text.append(head_).append(middle()).append(tail_);
}

} // namespace rdpsweep::net
