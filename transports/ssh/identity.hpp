// Whether to believe the key that a host serves.
#pragma once

#include "core/trust.hpp"
#include "transports/ssh/known_hosts.hpp"

namespace rdpsweep::ssh {

struct HostKey {
    std::string blob;     // as served
    std::string endpoint; // "host:port", as in the trust store
    std::string pin;      // the target's, hex of SHA-256; empty: none
};

// Decides by policy (core/trust.hpp); known: the lines of known_hosts about this host. A @revoked
// key is refused before anything else, a changed one with both fingerprints. Error{tls,
// certificate_rejected}.
Result<TrustBasis>
decide_key(const HostKey& key, const HostLines& known, const TrustPolicy& policy);

} // namespace rdpsweep::ssh
