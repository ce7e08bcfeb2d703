// A direct-tcpip channel (RFC 4254 7.2) from a client to the VM's own RDP port.
#pragma once

#include "core/asio.hpp"

#include <functional>
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <memory>
#include <string>

namespace simfleet {

// Lives on the io thread.
class SshTunnel : public std::enable_shared_from_this<SshTunnel> {
public:
    // wake: called when there is something to write to the channel.
    SshTunnel(
        ssh_channel channel, rdpsweep::asio::any_io_executor executor, std::function<void()> wake
    );
    ~SshTunnel();
    SshTunnel(const SshTunnel&) = delete;
    SshTunnel& operator=(const SshTunnel&) = delete;

    // Connects, and carries bytes until one side has enough.
    void start(const rdpsweep::asio::ip::tcp::endpoint& to);
    // Writes what the client's window takes.
    void flush();
    // The session is over.
    void stop();

private:
    static int on_data(ssh_session, ssh_channel, void* data, std::uint32_t size, int, void* self);
    static void on_eof(ssh_session, ssh_channel, void* self);

    rdpsweep::Task<void> read_all(rdpsweep::asio::ip::tcp::endpoint to);
    rdpsweep::Task<void> write_all();

    ssh_channel channel_; // null when the session is over
    ssh_channel_callbacks_struct callbacks_{};
    rdpsweep::asio::ip::tcp::socket socket_;
    std::function<void()> wake_;
    std::string to_vm_;
    std::string to_client_;
    bool connected_ = false;
    bool writing_ = false;
    bool over_ = false;   // nothing comes from the VM any more
    bool closed_ = false; // the client was told
};

} // namespace simfleet
