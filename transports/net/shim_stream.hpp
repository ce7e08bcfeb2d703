// A TLS stream for Beast's WebSocket whose incoming bytes FrameShim has seen first; it ends where
// the peer floods it with frames that carry nothing. Heavy to compile: for websocket.cpp only.
#pragma once

#include "core/pace.hpp"
#include "transports/net/frame_shim.hpp"
#include "transports/net/tls_async.hpp"

#include <boost/beast/core/role.hpp>

#include <algorithm>
#include <utility>

namespace rdpsweep::net {

// Frames that carry nothing: a gateway pings every half a minute. Beast answers each ping before we
// see it, so that one that floods would keep the lane for itself.
inline constexpr double empty_frames_a_second = 20;
inline constexpr double empty_frames_at_once = 512;
inline constexpr auto long_quiet = std::chrono::minutes(1); // enough to have saved that many up
inline constexpr auto flooded = asio::error::no_buffer_space;

// TLS whose incoming bytes the shim sees before Beast does.
class ShimStream {
public:
    using next_layer_type = TlsAsync;
    using executor_type = next_layer_type::executor_type;

    ShimStream(
        asio::ip::tcp::socket socket,
        const std::shared_ptr<ssl_ctx_st>& context,
        const std::string& host
    )
        : tls_(std::move(socket), context, host) {}

    executor_type get_executor() { return tls_.get_executor(); }

    next_layer_type& next_layer() { return tls_; }

    const next_layer_type& next_layer() const { return tls_; }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(
            [this, buffers, begun = false](
                auto& self, boost::system::error_code code = {}, std::size_t count = 0
            ) mutable {
                if (!std::exchange(begun, true)) {
                    tls_.async_read_some(buffers, std::move(self));
                    return;
                }
                inspect(buffers, count);
                if (!code && !bearable()) code = flooded;
                self.complete(code, count);
            },
            token,
            tls_.stream().socket()
        );
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return tls_.async_write_some(buffers, std::forward<Token>(token));
    }

private:
    template <class Buffers>
    void inspect(const Buffers& buffers, std::size_t count) {
        const auto end = asio::buffer_sequence_end(buffers);
        for (auto it = asio::buffer_sequence_begin(buffers); it != end && count > 0; ++it) {
            const asio::mutable_buffer buffer(*it);
            const auto here = std::min(count, buffer.size());
            shim_.pass(static_cast<char*>(buffer.data()), here);
            count -= here;
        }
    }

    // Tells whether the empty frames are no more than may come.
    bool bearable() {
        const auto now = Clock::now();
        for (; seen_ < shim_.empty_frames(); ++seen_)
            if (empty_.take(now) > now) return false;
        return true;
    }

    next_layer_type tls_;
    FrameShim shim_;
    std::size_t seen_ = 0; // of the empty frames
    Pace empty_{empty_frames_a_second, empty_frames_at_once, Clock::now() - long_quiet};
};

// Ends a connection; Beast finds this function. The console's peer gets no TLS goodbye beyond the
// socket's. Only blocking calls need the first.
inline void teardown(boost::beast::role_type, ShimStream& stream, boost::system::error_code& code) {
    stream.next_layer().stream().close();
    code = {};
}

template <class Handler>
void async_teardown(boost::beast::role_type, ShimStream& stream, Handler&& handler) {
    stream.next_layer().stream().close();
    asio::post(stream.get_executor(), [handler = std::forward<Handler>(handler)]() mutable {
        handler(boost::system::error_code());
    });
}

} // namespace rdpsweep::net
