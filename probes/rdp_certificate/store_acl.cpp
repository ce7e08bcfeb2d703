// STORE.ACL: SYSTEM may write to the registry key that holds the "Remote Desktop" store.
//
// Not in the article, whose step 2.1 deletes the certificate and expects a new one to appear: with
// a Deny for SYSTEM on the store's key none ever does. An inherited Deny comes from further up and
// is only reported; an absent or empty store is healthy, Windows makes it.
// Sample finding: broken, "SYSTEM is denied 0x6 on the Remote Desktop certificate store".
#include "probes/collect/sddl.hpp"
#include "probes/rdp_certificate/rules.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/key_access.hpp"
#include "probes/reading/rights_words.hpp"
#include "probes/reading/rule_support.hpp"
#include "probes/reading/store_access.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"STORE.ACL", Cause::rdp_certificate, "2.1", Severity::critical};
constexpr auto keys = with_shared(
    "STORE.ACL.ok",
    "STORE.ACL.no_store",
    "STORE.ACL.unparsable",
    "STORE.ACL.denied",
    "STORE.ACL.denied_served",
    "STORE.ACL.denied_unneeded",
    "STORE.ACL.inherited"
);

std::string in_words(std::uint32_t mask) {
    return mask_in_words(mask, RightsOf::registry_key);
}

struct Denials {
    std::uint32_t explicitly = 0;
    std::uint32_t inherited = 0;
};

Denials denials_of(const SecurityDescriptor& descriptor) {
    Denials denials;
    for (const auto& one : store_denials(descriptor))
        (one.inherited ? denials.inherited : denials.explicitly) |= one.mask;
    return denials;
}

// Tells whether RDP uses another certificate than Windows' own: then somebody may have denied the
// making of one on purpose.
bool own_unneeded(const Facts& facts) {
    if (own_certificate_unused(facts)) return true;
    const CertificateFacts& certificates = *facts.rdp_certificate;
    const StoredCertificate* configured = configured_certificate(certificates);
    return configured != nullptr && configured != self_signed_certificate(certificates) &&
           trial(facts) != Trial::fails;
}

// The denial stops the making of certificates, and no handshake for which there is one.
Draft judge_denied(const Facts& facts) {
    if (own_unneeded(facts)) return at_risk(traits, "denied_unneeded").severity(Severity::low);
    if (completed_handshake(facts) != nullptr) return at_risk(traits, "denied_served");
    return broken(traits, "denied");
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(traits, facts, facts.rdp_certificate, "/cert/store_sddl")) return *lost;
    const CertificateFacts& certificates = *facts.rdp_certificate;
    if (!certificates.store_present) return ok(traits, "no_store");
    if (certificates.store_sddl.empty()) return unread(traits, facts, "/cert/store_sddl");
    Draft inherited = at_risk(traits, "inherited");
    if (own_unneeded(facts)) inherited.severity(Severity::low);
    Draft denied = judge_denied(facts);
    Denials total;
    const std::string wanted =
        sid_in_words(sid::system) + " on " + in_words(store_access::to_write);
    for (std::size_t i = 0; i < certificates.store_sddl.size(); ++i) {
        const std::string& sddl = certificates.store_sddl[i];
        const std::string pointer = pointer_at("/cert/store_sddl", i, "");
        if (facts.why_unread(pointer) != nullptr) return unread(traits, facts, pointer);
        const auto descriptor = parse_sddl(sddl);
        if (!descriptor) return unknown(traits, "unparsable").saw(pointer, sddl, "SDDL");
        const Denials denials = denials_of(*descriptor);
        const std::string words = sddl_in_words(sddl, RightsOf::registry_key);
        if (denials.explicitly != 0) denied.saw(pointer, words, "no deny for " + wanted);
        if (denials.inherited != 0)
            inherited.saw(pointer, words, "no inherited deny for " + wanted);
        total.explicitly |= denials.explicitly;
        total.inherited |= denials.inherited;
    }
    if (total.explicitly != 0) return denied.with("mask", in_words(total.explicitly));
    if (total.inherited != 0) return inherited.with("mask", in_words(total.inherited));
    return ok(traits);
}

} // namespace

Rule store_acl_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
