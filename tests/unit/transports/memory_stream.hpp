// A ByteStream without a network: a server in the same process, which may go away at any byte.
#pragma once

#include "transports/rdp/byte_stream.hpp"

#include <functional>
#include <string>

namespace rdpsweep::test {

class MemoryStream final : public rdp::ByteStream {
public:
    // answer takes what the client sent and returns what the server says to it. After limit bytes
    // of that it ends as end says.
    MemoryStream(
        std::function<std::string(std::string)> answer, std::size_t limit, rdp::StreamEnd end
    )
        : answer_(std::move(answer)), left_(limit), end_(end) {}

    Task<rdp::StreamEnd> write(std::string bytes) override {
        waiting_ += answer_(std::move(bytes));
        co_return rdp::StreamEnd::none;
    }

    Task<rdp::Received> read(char* buffer, std::size_t size) override {
        rdp::Received received;
        received.count = std::min({size, waiting_.size(), left_});
        waiting_.copy(buffer, received.count);
        waiting_.erase(0, received.count);
        left_ -= received.count;
        given_ += received.count;
        if (received.count == 0) received.end = end_;
        co_return received;
    }

    [[nodiscard]] std::size_t given() const noexcept { return given_; }

private:
    std::function<std::string(std::string)> answer_;
    std::string waiting_;
    std::size_t left_;
    rdp::StreamEnd end_;
    std::size_t given_ = 0;
};

} // namespace rdpsweep::test
