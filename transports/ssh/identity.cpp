// Says what known_hosts makes of a key, and words its refusal; a revoked key counts for nothing.
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

// Refuses a key where known_hosts has others.
Error contradicted(const HostKey& key, const KeyJudgement& judgement) {
    const auto where = printable(judgement.line->where, 200);
    if (judgement.standing == Standing::changed) {
        return changed(key, fingerprint(judgement.line->blob), where);
    }
    return reject(
        key,
        "the host serves " + std::string(key_type(key.blob)) + " " + fingerprint(key.blob) +
            ", and known_hosts has only " + judgement.line->type + " " +
            fingerprint(judgement.line->blob) + " (" + where + ")",
        "compare its fingerprint on the host and add it to known_hosts"
    );
}

Error unknown(const HostKey& key, const KeyJudgement& judgement) {
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

Claim::Word word_of(Standing standing) noexcept {
    if (standing == Standing::trusted) return Claim::Word::names_it;
    if (standing == Standing::changed || standing == Standing::other) {
        return Claim::Word::names_another;
    }
    return Claim::Word::none;
}

} // namespace

Result<TrustBasis>
decide_key(const HostKey& key, const HostLines& known, const TrustPolicy& policy) {
    const auto judgement = judge_host(known, key.blob);
    if (judgement.standing == Standing::revoked) {
        return reject(key, "the host's key is revoked by " + judgement.line->where, "");
    }
    const Claim claim{sha256_hex(key.blob), key.endpoint, key.pin, word_of(judgement.standing)};
    return decide_trust(claim, policy, [&](Distrust why, const std::string& expected) {
        if (why == Distrust::contradicted) return contradicted(key, judgement);
        if (why == Distrust::unknown) return unknown(key, judgement);
        const auto* const where =
            why == Distrust::changed ? "as first seen" : "the inventory's pin";
        return changed(key, fingerprint_of_hex(expected), where);
    });
}

} // namespace rdpsweep::ssh
