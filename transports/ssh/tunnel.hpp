// A connection that an SSH server makes for us (direct-tcpip, RFC 4254 section 7.2): a channel as a
// stream of bytes.
#pragma once

#include "core/idle_exchanges.hpp"
#include "transports/rdp/byte_stream.hpp"
#include "transports/ssh/link.hpp"

#include <memory>
#include <string>

struct _LIBSSH2_CHANNEL;

namespace rdpsweep::ssh {

class Tunnel final : public rdp::ByteStream {
public:
    // Makes the server connect to address:port as seen from there. link and deadline must outlive
    // the tunnel. Error{open, ...}: blocked_by_policy when the server forwards nothing, refused
    // when nothing listens there.
    static Task<Result<std::unique_ptr<Tunnel>>>
    open(Link& link, std::string address, std::uint16_t port, HostDeadline& deadline);

    Tunnel(Link& link, _LIBSSH2_CHANNEL* channel, HostDeadline& deadline)
        : link_(link), channel_(channel), deadline_(deadline) {}

    Tunnel(const Tunnel&) = delete;
    Tunnel& operator=(const Tunnel&) = delete;
    ~Tunnel() override;

    Task<rdp::StreamEnd> write(std::string bytes) override;
    Task<rdp::Received> read(char* buffer, std::size_t size) override;

    // Closes the channel, as far as the deadline allows.
    Task<void> close();

    // Gives the channel away; the caller frees it.
    [[nodiscard]] _LIBSSH2_CHANNEL* release() noexcept { return std::exchange(channel_, nullptr); }

private:
    Link& link_;
    _LIBSSH2_CHANNEL* channel_;
    HostDeadline& deadline_;
    IdleExchanges reads_{trickle};
};

} // namespace rdpsweep::ssh
