// The TLS stream as Beast's WebSocket wants it: reads and writes with a handler. Heavy to compile:
// for websocket.cpp only.
#pragma once

#include "transports/net/tls_stream.hpp"

#include <boost/beast/websocket/stream.hpp>

#include <optional>
#include <utility>

namespace rdpsweep::net {

// One read or write, tried until it has done something. Once the socket failed it does not touch
// the stream, which may be gone by then.
template <class Try>
class TlsOperation {
public:
    TlsOperation(TlsStream& stream, Try attempt) : stream_(&stream), try_(std::move(attempt)) {}

    template <class Self>
    void operator()(Self& self, boost::system::error_code code = {}) {
        if (done_) return self.complete(done_->code, done_->count);
        if (code) return self.complete(code, 0);
        const auto step = try_(*stream_);
        if (step.wants != Step::Wants::nothing) {
            waited_ = true;
            auto& socket = stream_->socket();
            socket.async_wait(Wire::wait_for(step.wants), std::move(self));
        } else if (waited_) {
            self.complete(step.code, step.count);
        } else {
            done_ = step; // a handler is never called from within the call that was given it
            asio::post(stream_->socket().get_executor(), std::move(self));
        }
    }

private:
    TlsStream* stream_;
    Try try_;
    std::optional<Step> done_;
    bool waited_ = false;
};

// An AsyncReadStream and AsyncWriteStream of Asio. One read and one write at a time.
class TlsAsync {
public:
    using executor_type = asio::ip::tcp::socket::executor_type;

    TlsAsync(
        asio::ip::tcp::socket socket,
        const std::shared_ptr<ssl_ctx_st>& context,
        const std::string& host
    )
        : stream_(std::move(socket), context, host) {}

    executor_type get_executor() { return stream_.socket().get_executor(); }

    [[nodiscard]] TlsStream& stream() noexcept { return stream_; }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        const auto to = first_of<asio::mutable_buffer>(buffers);
        return start(
            [to](TlsStream& stream) {
                if (to.size() == 0) return Step();
                return stream.read(static_cast<char*>(to.data()), to.size());
            },
            std::forward<Token>(token)
        );
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        const auto from = first_of<asio::const_buffer>(buffers);
        return start(
            [from](TlsStream& stream) {
                if (from.size() == 0) return Step();
                return stream.write(static_cast<const char*>(from.data()), from.size());
            },
            std::forward<Token>(token)
        );
    }

private:
    // Returns the first buffer that is not empty: some of what is asked for is enough.
    template <class Buffer, class Buffers>
    static Buffer first_of(const Buffers& buffers) {
        const auto end = asio::buffer_sequence_end(buffers);
        for (auto at = asio::buffer_sequence_begin(buffers); at != end; ++at) {
            const Buffer buffer(*at);
            if (buffer.size() > 0) return buffer;
        }
        return Buffer();
    }

    template <class Try, class Token>
    auto start(Try attempt, Token&& token) {
        return asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(
            TlsOperation<Try>(stream_, std::move(attempt)), token, stream_.socket()
        );
    }

    TlsStream stream_;
};

// Closes the connection for Beast, which finds this function, when its own time limit passes.
inline void beast_close_socket(TlsAsync& tls) {
    tls.stream().close();
}

} // namespace rdpsweep::net
