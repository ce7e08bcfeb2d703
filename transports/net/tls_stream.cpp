// Puts OpenSSL on the socket by a BIO of ours: its own socket BIO would raise SIGPIPE, forget errno
// and not count.
#include "transports/net/tls_stream.hpp"

#include <boost/asio/ssl/error.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <new>

namespace rdpsweep::net {

using boost::system::error_code;

// OpenSSL's door to the socket. It has no state: that is the stream's.
struct SocketBio {
    static TlsStream& stream_of(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }

    // Keeps why the socket failed, and tells OpenSSL whether it is worth another try.
    static int result_of(TlsStream& stream, const Step& step) {
        if (step.wants == Step::Wants::nothing && step.code) stream.socket_failed_ = step.code;
        if (step.code == asio::error::eof) return 0;
        return step.count > 0 ? static_cast<int>(step.count) : -1;
    }

    static int read(BIO* bio, char* to, int size) {
        BIO_clear_retry_flags(bio);
        auto& stream = stream_of(bio);
        const auto wanted = std::min(stream.room_, static_cast<std::size_t>(size));
        const auto step =
            wanted > 0 ? stream.receive(to, wanted) : Step{0, Step::Wants::to_read, {}};
        stream.room_ -= step.count;
        if (step.wants != Step::Wants::nothing) BIO_set_retry_read(bio);
        return result_of(stream, step);
    }

    static int write(BIO* bio, const char* from, int size) {
        BIO_clear_retry_flags(bio);
        auto& stream = stream_of(bio);
        const auto step = stream.send(from, static_cast<std::size_t>(size));
        if (step.wants != Step::Wants::nothing) BIO_set_retry_write(bio);
        return result_of(stream, step);
    }

    static long control(BIO* bio, int command, long, void*) {
        if (command == BIO_CTRL_FLUSH) return 1; // nothing waits here
        return command == BIO_CTRL_EOF ? stream_of(bio).socket_failed_ == asio::error::eof : 0;
    }

    static const BIO_METHOD* method() {
        static BIO_METHOD* const made = [] {
            auto* const bio = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
            if (bio == nullptr) throw std::bad_alloc();
            BIO_meth_set_read(bio, read);
            BIO_meth_set_write(bio, write);
            BIO_meth_set_ctrl(bio, control);
            return bio;
        }();
        return made;
    }

    static BIO* over(TlsStream& stream) {
        auto* const bio = BIO_new(method());
        if (bio == nullptr) throw std::bad_alloc();
        BIO_set_data(bio, &stream);
        BIO_set_init(bio, 1);
        return bio;
    }
};

namespace {

// Four TLS records (RFC 8446 section 5.2): more than a try needs for what it gives back.
constexpr std::size_t most_a_try = 64u << 10;

bool is_address(const std::string& host) {
    error_code no_address;
    asio::ip::make_address(host, no_address);
    return !no_address;
}

} // namespace

void TlsStream::Free::operator()(ssl_st* tls) const noexcept {
    SSL_free(tls);
}

TlsStream::TlsStream(
    asio::ip::tcp::socket socket,
    const std::shared_ptr<ssl_ctx_st>& context,
    const std::string& host
)
    : Wire(std::move(socket)), tls_(SSL_new(context.get())) {
    if (!tls_) throw std::bad_alloc();
    auto* const bio = SocketBio::over(*this);
    SSL_set_bio(tls_.get(), bio, bio);
    SSL_set_mode(
        tls_.get(),
        SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
    );
    SSL_set_read_ahead(tls_.get(), 1);
    SSL_set_connect_state(tls_.get());
    if (!is_address(host)) SSL_set_tlsext_host_name(tls_.get(), host.c_str());
}

TlsStream::~TlsStream() = default;

void TlsStream::begin_try() noexcept {
    ERR_clear_error();
    room_ = most_a_try;
}

Step TlsStream::shake_hands() {
    begin_try();
    return step_of(SSL_do_handshake(tls_.get()), 0);
}

Step TlsStream::read(char* to, std::size_t size) {
    begin_try();
    std::size_t count = 0;
    const int result = SSL_read_ex(tls_.get(), to, size, &count);
    return step_of(result, count);
}

Step TlsStream::write(const char* from, std::size_t size) {
    begin_try();
    std::size_t count = 0;
    const int result = SSL_write_ex(tls_.get(), from, size, &count);
    return step_of(result, count);
}

Step TlsStream::step_of(int result, std::size_t count) {
    if (result > 0) return {count, Step::Wants::nothing, {}};
    switch (const int why = SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
        return {0, Step::Wants::to_read, {}};
    case SSL_ERROR_WANT_WRITE:
        return {0, Step::Wants::to_write, {}};
    default:
        return {0, Step::Wants::nothing, failure(why)};
    }
}

// What OpenSSL says comes first: an alert is told by it although the socket failed behind.
error_code TlsStream::failure(int why) {
    if (why == SSL_ERROR_ZERO_RETURN) return asio::error::eof;
    const auto queued = ERR_get_error();
    ERR_clear_error();
    const bool ended = ERR_GET_LIB(queued) == ERR_LIB_SSL &&
                       ERR_GET_REASON(queued) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    if (why == SSL_ERROR_SSL && queued != 0 && !ended) {
        return {static_cast<int>(queued), asio::error::get_ssl_category()};
    }
    if (socket_failed_ && socket_failed_ != asio::error::eof) return socket_failed_;
    return asio::ssl::error::stream_truncated;
}

Task<error_code> TlsStream::handshake() {
    for (;;) {
        const auto step = shake_hands();
        if (step.wants == Step::Wants::nothing) co_return step.code;
        error_code code;
        co_await socket().async_wait(
            wait_for(step.wants), asio::redirect_error(asio::use_awaitable, code)
        );
        if (code) co_return explained(code);
    }
}

std::uint32_t TlsStream::handshake_trips() const noexcept {
    return SSL_version(tls_.get()) >= TLS1_3_VERSION ? 1 : 2;
}

} // namespace rdpsweep::net
