// OUT.CERT: the certificate that RDP serves to the world is in its time and strong enough.
//
// Dates are held against the VM's own clock where NLA told it, for Windows acts by that one;
// against ours as well, and where the two disagree the clock is what is wrong. A name that does not
// fit is no fault: Windows' own certificate names the computer, not the address.
// Sample finding: broken, "RDP serves a certificate that expired on 2026-10-02".
#include "probes/collect/certificate.hpp"

#include "core/text.hpp"
#include "probes/outside/rules.hpp"
#include "probes/reading/disk_view.hpp"
#include "probes/reading/rule_support.hpp"

#include <cstdlib>

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"OUT.CERT", Cause::rdp_certificate, "2", Severity::high};
constexpr auto keys = with_shared(
    "OUT.CERT.ok",
    "OUT.CERT.none",
    "OUT.CERT.inside_known",
    "OUT.CERT.unparsed",
    "OUT.CERT.clock_skew",
    "OUT.CERT.expired",
    "OUT.CERT.not_yet_valid",
    "OUT.CERT.weak",
    "OUT.CERT.expires_soon"
);
constexpr std::uint32_t least_rsa_bits = 2048; // SP 800-131A

// Tells whether a signature is weak. Windows Server 2008 R2 is said to sign its own with SHA-1:
// only a CA's signature is judged.
bool weak(const HandshakeFacts& shake) {
    const Certificate& certificate = *shake.certificate;
    const bool short_key = certificate.key_type == "RSA" && certificate.key_bits < least_rsa_bits;
    if (short_key) return true;
    const bool old_hash =
        certificate.signature_hash == "SHA1" || certificate.signature_hash == "MD5";
    return old_hash && !is_self_signed(certificate, shake.certificate_der);
}

// Windows renews its own certificate only after it has expired; for others somebody must act
// before.
bool expires_soon(const HandshakeFacts& shake, const Policy& policy, std::int64_t now) {
    const auto left = shake.certificate->not_after - now;
    const bool soon = left <= std::chrono::seconds(policy.certificate_warning).count();
    return soon && !is_self_signed(*shake.certificate, shake.certificate_der);
}

Draft judge_dates(
    const HandshakeFacts& shake, const Policy& policy, std::int64_t theirs, std::int64_t ours
) {
    const Certificate& certificate = *shake.certificate;
    const bool late = certificate.not_after <= theirs;
    const bool early = certificate.not_before > theirs;
    const bool late_here = certificate.not_after <= ours;
    const bool early_here = certificate.not_before > ours;
    if (late != late_here || early != early_here) return unknown(traits, "clock_skew");
    if (late) return broken(traits, "expired");
    if (early) return at_risk(traits, "not_yet_valid");
    if (weak(shake)) return at_risk(traits, "weak").severity(Severity::medium);
    if (expires_soon(shake, policy, theirs)) return at_risk(traits, "expires_soon");
    return ok(traits);
}

Finding evaluate(const Facts& facts, const Policy& policy, std::int64_t now) {
    const auto* shake = facts.handshakes ? facts.handshake_from("outside") : nullptr;
    if (shake == nullptr || shake->peer_thumbprint.empty()) return not_applicable(traits, "none");
    // A disk tells of no program that answers, so that what is seen from outside counts.
    if (facts.collector && !read_from_disk(facts)) return not_applicable(traits, "inside_known");
    const auto index = static_cast<std::size_t>(shake - facts.handshakes->data());
    const auto where = pointer_at("/hs", index, "cert_b64");
    if (!shake->certificate)
        return broken(traits, "unparsed").saw(where, shake->peer_thumbprint, "a certificate");
    const Certificate& certificate = *shake->certificate;
    const auto theirs = shake->nla && shake->nla->utc != 0 ? shake->nla->utc : now;
    return judge_dates(*shake, policy, theirs, now)
        .confidence(Confidence::functional)
        .with("not_before", to_iso8601(certificate.not_before))
        .with("not_after", to_iso8601(certificate.not_after))
        .with("key", certificate.key_type + " " + std::to_string(certificate.key_bits))
        .with("hash", certificate.signature_hash)
        .with("vm", to_iso8601(theirs))
        .with("ours", to_iso8601(now))
        .saw(where + "/not_after", to_iso8601(certificate.not_after), "in the future");
}

} // namespace

Rule outside_certificate_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
