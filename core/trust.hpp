// The identity that a host claims, and how we decide to believe it.
#pragma once

#include "core/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

// Remembered identities: "host:port" to the SHA-256 of its leaf certificate.
class TrustStore {
public:
    virtual ~TrustStore() = default;

    // Returns lower-case hex, or nothing when the endpoint was never seen.
    [[nodiscard]] virtual std::optional<std::string> pinned(std::string_view endpoint) const = 0;

    // Remembers an identity. Error{config, local_limit} when it cannot be written.
    virtual Status pin(std::string_view endpoint, std::string_view sha256) = 0;
};

// In order: a target's own pin decides alone; else a pinned identity must match; else the chain
// must lead to a trusted CA and the name must match; else pin-on-first-use or insecure may accept.
struct TrustPolicy {
    std::string ca_file;         // empty: the system's CAs
    TrustStore* store = nullptr; // may be null
    bool pin_on_first_use = false;
    bool insecure = false; // accepts anything; shown in the report
};

} // namespace rdpsweep
