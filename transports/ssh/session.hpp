// A logged-in SSH session: runs scripts, and carries RDP's handshake to the host's own loopback.
#pragma once

#include "transports/rdp/tls_profiles.hpp"
#include "transports/ssh/exec.hpp"
#include "transports/ssh/link.hpp"
#include "transports/transport.hpp"

#include <memory>
#include <vector>

namespace rdpsweep::ssh {

// The outer sessions that a session goes through. They are killed before what they refer to goes;
// their relays then end by themselves.
class Chain {
public:
    Chain() = default;
    Chain(Chain&&) noexcept = default;
    Chain& operator=(Chain&&) = delete;

    ~Chain() { kill(); }

    void add(std::shared_ptr<Link> link) { links_.push_back(std::move(link)); }

    // Kills the innermost first, so that none waits for another.
    void kill() noexcept {
        while (!links_.empty()) {
            links_.back()->kill();
            links_.pop_back();
        }
    }

private:
    std::vector<std::shared_ptr<Link>> links_;
};

class ShellSession final : public Session {
public:
    // tls and attempt must outlive it.
    ShellSession(Chain chain, std::shared_ptr<Link> link, rdp::TlsProfiles& tls, Attempt& attempt);

    Task<Result<CommandOutput>>
    run(const Script& script, const ScriptInput& input, HostDeadline& deadline) override;

    Task<std::optional<Result<HandshakeFacts>>>
    shake_hands_inside(std::uint16_t port, HostDeadline& deadline) override;

    // Opens a channel, which shows that we may also do something: the session is logged in already.
    Task<Status> prove(HostDeadline& deadline) override;

    Task<void> close() noexcept override;

private:
    Task<Status> open_channel(HostDeadline& deadline);

    Chain chain_;
    std::shared_ptr<Link> link_;
    rdp::TlsProfiles& tls_;
    Attempt& attempt_;
    std::unique_ptr<Exec> exec_; // goes before its link
};

} // namespace rdpsweep::ssh
