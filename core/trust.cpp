// Weighs a claim against the target's pin, what vouches for it, and what was first seen.
#include "core/trust.hpp"

namespace rdpsweep {

namespace {

// Remembers what nothing is known of, where it may be.
Result<TrustBasis> first_use(const Claim& claim, const TrustPolicy& policy) {
    auto pinned = policy.store->pin(claim.endpoint, claim.sha256);
    if (!pinned) return std::move(pinned).error();
    return TrustBasis::first_use;
}

} // namespace

Result<TrustBasis>
decide_trust(const Claim& claim, const TrustPolicy& policy, const WordDistrust& refuse) {
    if (!claim.pin.empty()) {
        if (claim.pin == claim.sha256) return TrustBasis::target_pin;
        return refuse(Distrust::not_the_pin, claim.pin);
    }
    if (claim.word == Claim::Word::names_it) return TrustBasis::vouched;
    if (claim.word == Claim::Word::names_another) return refuse(Distrust::contradicted, "");
    const auto stored =
        policy.store != nullptr ? policy.store->pinned(claim.endpoint) : std::nullopt;
    if (stored && *stored == claim.sha256) return TrustBasis::stored_pin;
    if (stored) return refuse(Distrust::changed, *stored);
    if (claim.word == Claim::Word::vouches) return TrustBasis::vouched;
    if (policy.insecure) return TrustBasis::insecure;
    if (policy.pin_on_first_use && policy.store != nullptr) return first_use(claim, policy);
    return refuse(Distrust::unknown, "");
}

} // namespace rdpsweep
