// Looks at RDP from outside, with no credential: as few connections as tell what is wrong.
#pragma once

#include "transports/rdp/handshake.hpp"
#include "transports/rdp/tls_profiles.hpp"
#include "transports/services.hpp"
#include "transports/transport.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace rdpsweep::rdp {

inline constexpr std::string_view source_name = "rdp";

// Opens a connection to the target's RDP port. Errors as of net::dial().
using Connect = std::function<Task<Result<std::unique_ptr<ByteStream>>>(
    const Target& target, HostDeadline& deadline, Attempt& attempt
)>;

class RdpSource final : public FactSource {
public:
    // services must outlive the source. pause: between two connections to a host.
    RdpSource(Services& services, TlsProfiles profiles, Connect connect, Clock::duration pause)
        : services_(services), profiles_(std::move(profiles)), connect_(std::move(connect)),
          pause_(pause) {}

    [[nodiscard]] std::string_view name() const noexcept override { return source_name; }

    // Makes one handshake with target.rdp_port; further ones only where that one fails, and with
    // services.rdp_matrix for each version of TLS. At most one connection at a time, with a pause
    // between them.
    //
    // A port that refuses, or answers anything, is a fact. Error{resolve|connect, ...} means that
    // nothing was learned of RDP: no name, no route, no answer to a SYN.
    Task<Result<HandshakeFacts>>
    collect(const Target& target, HostDeadline& deadline, Attempt& attempt) override;

private:
    struct Look;
    Task<Result<HandshakeFacts>> once(Look& look, Offer offer) const;
    Task<Result<HandshakeFacts>> again(Look& look, Offer offer) const;
    Task<void> try_each_version(Look& look, HandshakeFacts& facts) const;
    Task<void> try_without_13(Look& look, HandshakeFacts& facts) const;
    Task<void> try_plain(Look& look, HandshakeFacts& facts) const;

    Services& services_;
    TlsProfiles profiles_;
    Connect connect_;
    Clock::duration pause_;
};

// Makes the source. Error as of TlsProfiles::make().
Result<std::unique_ptr<FactSource>> make_rdp(Services& services);

// Returns what a version of TLS came to: "ok", "alert 70", "reset", "closed", "timeout", or "older"
// when the server answered with a lower one.
std::string version_outcome(const HandshakeFacts& facts, std::string_view version);

} // namespace rdpsweep::rdp
