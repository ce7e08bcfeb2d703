// Weighs a key against the pin, known_hosts and what was first seen, in this order; a key that is
// revoked counts for nothing.
#include "transports/ssh/identity.hpp"

#include "core/digest.hpp"
#include "core/text.hpp"

namespace rdpsweep::ssh {

namespace {

using Standing = KeyJudgement::Standing;

Error reject(const HostKey& key, std::string what, std::string hint) {
    return Error(Phase::tls, Errc::certificate_rejected, std::move(what))
        .with_native(std::string(key_type(key.blob)) + " " + fingerprint(key.blob))
        .with_hint(std::move(hint));
}

Error changed(const HostKey& key, const std::string& before, const std::string& where) {
    return reject(
        key,
        "the host's key changed: it was " + before + " (" + where + "), it is " +
            fingerprint(key.blob) + " now",
        "find out why; a reinstalled host needs its old line removed, an attacker must not have it"
    );
}

// Returns what known_hosts says against the key; nothing when it says nothing.
std::optional<Error> objection(const HostKey& key, const KeyJudgement& judgement) {
    if (judgement.line == nullptr) return {};
    const auto where = printable(judgement.line->where, 200);
    if (judgement.standing == Standing::changed) {
        return changed(key, fingerprint(judgement.line->blob), where);
    }
    if (judgement.standing == Standing::other) {
        return reject(
            key,
            "the host serves " + std::string(key_type(key.blob)) + " " + fingerprint(key.blob) +
                ", and known_hosts has only " + judgement.line->type + " " +
                fingerprint(judgement.line->blob) + " (" + where + ")",
            "compare its fingerprint on the host and add it to known_hosts"
        );
    }
    return {};
}

} // namespace

Result<KeyTrust>
decide_key(const HostKey& key, std::span<const KnownHost* const> known, const TrustPolicy& policy) {
    const auto judgement = judge_key(known, key.blob);
    const auto sha256 = sha256_hex(key.blob);
    if (judgement.standing == Standing::revoked) {
        return reject(key, "the host's key is revoked by " + judgement.line->where, "");
    }
    if (!key.pin.empty()) {
        if (key.pin == sha256) return KeyTrust::target_pin;
        if (policy.insecure) return KeyTrust::insecure;
        return changed(key, fingerprint_of_hex(key.pin), "the inventory's pin");
    }
    if (judgement.standing == Standing::trusted) return KeyTrust::known_hosts;
    const auto stored = policy.store != nullptr ? policy.store->pinned(key.endpoint) : std::nullopt;
    const auto against = objection(key, judgement);
    if (stored && *stored == sha256 && !against) return KeyTrust::stored_pin;
    if (policy.insecure) return KeyTrust::insecure;
    if (against) return *against;
    if (stored) return changed(key, fingerprint_of_hex(*stored), "as first seen");
    if (policy.pin_on_first_use && policy.store != nullptr) {
        auto pinned = policy.store->pin(key.endpoint, sha256);
        if (!pinned) return std::move(pinned).error();
        return KeyTrust::first_use;
    }
    const std::string cure = "compare the fingerprint on the host, then add it to known_hosts, pin "
                             "it (ssh: {pin: '" +
                             fingerprint(key.blob) + "'}), or use --pin-on-first-use";
    if (judgement.standing == Standing::authority) {
        return reject(
            key,
            "known_hosts trusts this host by a certificate authority (" + judgement.line->where +
                "), which libssh2 cannot check",
            cure
        );
    }
    return reject(key, "the host's key is not known: " + fingerprint(key.blob), cure);
}

} // namespace rdpsweep::ssh
