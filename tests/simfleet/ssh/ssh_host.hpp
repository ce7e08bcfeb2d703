// What the SSH servers of all simulated VMs share: a host key, and the key that the account may
// use.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <memory>
#include <string>

namespace simfleet {

// One ed25519 key for the whole fleet: thousands of their own would only cost time to make.
class SshHost {
public:
    // rdp_port: where the fleet serves RDP, for tunnels; 0: no tunnel is opened.
    // account_key: a file with the public key that the account may log in with; empty: none.
    // Phase::config when libssh makes no host key or reads no account key.
    static rdpsweep::Result<std::shared_ptr<SshHost>>
    create(std::uint16_t rdp_port, const std::string& account_key);

    // A session that takes over the descriptor of an accepted connection; null when libssh refuses.
    // The caller frees it, which closes the descriptor.
    [[nodiscard]] ssh_session accept(int descriptor) const;

    // A known_hosts line for every VM on that port (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
    [[nodiscard]] std::string known_hosts(std::uint16_t port) const;

    [[nodiscard]] bool is_account_key(ssh_key key) const;

    [[nodiscard]] std::uint16_t rdp_port() const noexcept { return rdp_port_; }

private:
    using Key = std::unique_ptr<ssh_key_struct, void (*)(ssh_key)>;

    SshHost(Key host, Key account, std::uint16_t rdp_port);

    Key host_;
    Key account_;
    std::unique_ptr<ssh_bind_struct, void (*)(ssh_bind)> bind_;
    std::uint16_t rdp_port_;
};

} // namespace simfleet
