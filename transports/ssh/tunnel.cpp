// Opens the channel, and reads and writes it as a ByteStream.
#include "transports/ssh/tunnel.hpp"

#include "core/foreign_text.hpp"

#include <libssh2.h>

namespace rdpsweep::ssh {

namespace {

using rdp::StreamEnd;

StreamEnd end_of(int code) {
    return code == LIBSSH2_ERROR_TIMEOUT ? StreamEnd::timed_out : StreamEnd::reset;
}

// libssh2 1.10 tells "Channel open failure (administratively prohibited)" and "(connect failed)" by
// their text alone (RFC 4254 section 5.1 reason codes 1 and 2).
Error no_tunnel(const Link& link, HostDeadline& deadline) {
    char* text = nullptr;
    libssh2_session_last_error(link.session(), &text, nullptr, 0);
    const std::string_view said(text == nullptr ? "" : text);
    if (said.find("prohibited") != std::string_view::npos) {
        return Error(Phase::open, Errc::blocked_by_policy, "the SSH server forwards no connections")
            .with_native(foreign_text(said))
            .with_hint("AllowTcpForwarding of its sshd_config forbids it");
    }
    if (said.find("connect failed") != std::string_view::npos) {
        return Error(Phase::open, Errc::refused, "the SSH server could not connect there")
            .with_native(foreign_text(said));
    }
    return link.failure(Phase::open, "while a connection was forwarded", deadline);
}

} // namespace

Task<Result<std::unique_ptr<Tunnel>>>
Tunnel::open(Link& link, std::string address, std::uint16_t port, HostDeadline& deadline) {
    auto* const session = link.session();
    LIBSSH2_CHANNEL* channel = nullptr;
    const std::function<int()> step = [&] {
        channel = libssh2_channel_direct_tcpip_ex(session, address.c_str(), port, "127.0.0.1", 0);
        return channel != nullptr ? 0 : libssh2_session_last_errno(session);
    };
    const int code = co_await link.drive(step, deadline);
    if (code != 0) co_return no_tunnel(link, deadline);
    co_return std::make_unique<Tunnel>(link, channel, deadline);
}

Tunnel::~Tunnel() {
    if (channel_ != nullptr) libssh2_channel_free(channel_);
}

Task<StreamEnd> Tunnel::write(std::string bytes) {
    std::size_t sent = 0;
    const std::function<int()> step = [&] {
        return static_cast<int>(
            libssh2_channel_write(channel_, bytes.data() + sent, bytes.size() - sent)
        );
    };
    while (sent < bytes.size()) {
        const int code = co_await link_.drive(step, deadline_);
        if (code < 0) co_return end_of(code);
        sent += static_cast<std::size_t>(code);
    }
    co_return StreamEnd::none;
}

Task<rdp::Received> Tunnel::read(char* buffer, std::size_t size) {
    rdp::Received received;
    const std::function<int()> step = [&] {
        const auto got = libssh2_channel_read(channel_, buffer, size);
        // Nothing to read and nothing more to come are the same to libssh2.
        const bool over = got == 0 && libssh2_channel_eof(channel_) != 0;
        return got == 0 && !over ? static_cast<int>(LIBSSH2_ERROR_EAGAIN) : static_cast<int>(got);
    };
    const int code = co_await link_.drive(step, deadline_);
    if (code > 0) received.count = static_cast<std::size_t>(code);
    if (code == 0) received.end = StreamEnd::closed;
    if (code < 0) received.end = end_of(code);
    if (code <= 0) co_return received;
    const auto paced = co_await reads_.pass(received.count, deadline_);
    if (!paced) received.end = StreamEnd::timed_out;
    co_return received;
}

Task<void> Tunnel::close() {
    if (channel_ == nullptr) co_return;
    const std::function<int()> step = [&] { return libssh2_channel_free(channel_); };
    (void)co_await link_.drive(step, deadline_);
    channel_ = nullptr;
}

} // namespace rdpsweep::ssh
