// The TLS we offer to an RDP port: anything a client in the field might, to see what is answered.
// These contexts verify nothing and never carry a credential.
#pragma once

#include "core/result.hpp"

#include <array>
#include <memory>
#include <string_view>

struct ssl_ctx_st;

namespace rdpsweep::rdp {

using TlsContext = std::shared_ptr<ssl_ctx_st>;

struct PinnedVersion {
    std::string_view name; // "1.2"
    TlsContext context;    // offers this version alone
};

// One context a kind of offer, shared by all hosts.
struct TlsProfiles {
    TlsContext every;      // 1.0 to 1.3
    TlsContext without_13; // 1.0 to 1.2: some servers break when 1.3 is offered
    std::array<PinnedVersion, 4> pinned;

    // Makes contexts with security level 0 and legacy renegotiation: a refusal shall be the
    // server's, not ours. Error{config, unsupported} when OpenSSL cannot do that.
    static Result<TlsProfiles> make();
};

} // namespace rdpsweep::rdp
