// The identity that a host claims, and how we decide to believe it.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <functional>
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

    // Remembers an identity, safely on the disk when it returns: what comes next is a credential.
    // Error{config, local_limit} when it cannot be written; Error{config, certificate_rejected}
    // when another one was remembered meanwhile.
    virtual Status pin(std::string_view endpoint, std::string_view sha256) = 0;
};

struct TrustPolicy {
    std::string ca_file;         // empty: the system's CAs
    TrustStore* store = nullptr; // may be null
    bool pin_on_first_use = false;
    bool insecure = false; // accepts what nothing is known of; shown in the report
};

// What a host claims to be, and what others say of it.
struct Claim {
    enum class Word : std::uint8_t {
        none,
        vouches,       // an authority that we trust: a chain of certificates, for the right name
        names_it,      // known_hosts has this very key: what the operator wrote
        names_another, // known_hosts has another one
    };

    std::string sha256;   // of the certificate or the key, lower-case hex
    std::string endpoint; // "host:port", as in the trust store
    std::string pin;      // the target's own; empty: none
    Word word = Word::none;
};

// How an identity came to be accepted; the last two are shown in the report.
enum class TrustBasis : std::uint8_t { vouched, target_pin, stored_pin, first_use, insecure };

// Why it was not.
enum class Distrust : std::uint8_t { not_the_pin, contradicted, changed, unknown };

// Words a refusal. expected: what should have been served, where that is known.
using WordDistrust = std::function<Error(Distrust why, const std::string& expected)>;

// Decides whether a host may be talked to, the same for every transport. In order: a target's own
// pin decides alone; then what the operator wrote of this host; then what was first seen of it;
// then an authority. Only where all of these say nothing may insecure or pin_on_first_use accept.
// The Error is what refuse says, or the store's when a first identity cannot be remembered.
Result<TrustBasis>
decide_trust(const Claim& claim, const TrustPolicy& policy, const WordDistrust& refuse);

} // namespace rdpsweep
