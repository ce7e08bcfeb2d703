// Whether to believe the key that a host serves.
#pragma once

#include "core/trust.hpp"
#include "transports/ssh/known_hosts.hpp"

namespace rdpsweep::ssh {

enum class KeyTrust : std::uint8_t { target_pin, known_hosts, stored_pin, first_use, insecure };

struct HostKey {
    std::string blob;     // as served
    std::string endpoint; // "host:port", as in the trust store
    std::string pin;      // the target's, hex of SHA-256; empty: none
};

// Decides in this order: a @revoked key is refused; a target's pin decides alone; then known_hosts,
// then what was pinned on first use. A changed key is refused with both fingerprints, an unknown
// one unless it may be pinned now. --insecure accepts all but a revoked key. Error{tls,
// certificate_rejected}.
Result<KeyTrust>
decide_key(const HostKey& key, std::span<const KnownHost* const> known, const TrustPolicy& policy);

} // namespace rdpsweep::ssh
