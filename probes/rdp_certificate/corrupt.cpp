// CERT.CORRUPT: the "Remote Desktop" store holds one sound certificate.
//
// The article's third cause ("corrupted"), for which its step 2.1 builds a path from all
// thumbprints at once: with two certificates that names nothing, with none it names the store
// itself.
// Sample finding: broken, "The stored certificate 59ef... does not parse".
#include "core/text.hpp"
#include "probes/rdp_certificate/rules.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"

#include <utility>

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"CERT.CORRUPT", Cause::rdp_certificate, "2.1", Severity::critical};
constexpr auto keys = with_shared(
    "CERT.CORRUPT.ok",
    "CERT.CORRUPT.empty",
    "CERT.CORRUPT.unparsable",
    "CERT.CORRUPT.mismatch",
    "CERT.CORRUPT.no_key",
    "CERT.CORRUPT.unused",
    "CERT.CORRUPT.several",
    "CERT.CORRUPT.self_elsewhere",
    "CERT.CORRUPT.not_in_use"
);

bool mismatched(const StoredCertificate& certificate) {
    return certificate.parsed && !iequals(certificate.parsed->thumbprint, certificate.key_name);
}

// Returns the finding for the certificate RDP is to use when its entry is sound and names no
// private key: exported and imported again without it, say. Schannel says 36869.
std::optional<Finding> judge_key_link(const Facts& facts, const StoredCertificate& certificate) {
    const CertificateFacts& certificates = *facts.rdp_certificate;
    const bool linked = certificate.provider || !certificate.parse_error.empty();
    if (linked || configured_certificate(certificates) != &certificate) return std::nullopt;
    if (served(facts, certificate)) return std::nullopt;
    const bool down = trial(facts) == Trial::fails;
    return (down ? broken(traits, "no_key") : at_risk(traits, "no_key"))
        .with("thumbprint", certificate.key_name)
        .saw(pointer_to(certificates, certificate), "names no private key", "a key container");
}

// A damaged entry beside a listener that serves or is to serve another one is litter, not the
// cause; one that was not read may be sound.
std::optional<Finding> judge_entry(const Facts& facts, const StoredCertificate& certificate) {
    const CertificateFacts& certificates = *facts.rdp_certificate;
    const bool wrong_name = mismatched(certificate);
    if (certificate.parsed && !wrong_name) return judge_key_link(facts, certificate);
    const std::string at = pointer_to(certificates, certificate);
    const StoredCertificate* configured = configured_certificate(certificates);
    const bool litter = completed_handshake(facts) != nullptr ||
                        (configured != nullptr && configured != &certificate);
    if (!certificate.parsed && facts.why_unread(at + "/blob_b64") != nullptr) {
        Draft lost = unread(traits, facts, at + "/blob_b64");
        return litter ? lost.severity(Severity::medium) : lost;
    }
    Draft draft = litter ? at_risk(traits, "unused").severity(Severity::medium)
                         : broken(traits, wrong_name ? "mismatch" : "unparsable");
    if (!litter && trial(facts) != Trial::fails) draft.severity(Severity::high);
    draft.with("thumbprint", certificate.key_name);
    if (wrong_name)
        return draft.saw(at + "/thumb", certificate.key_name, certificate.parsed->thumbprint);
    return draft.saw(at + "/blob_b64", certificate.parse_error, "a certificate");
}

// Returns the gravest of the entries' findings.
std::optional<Finding> judge_damage(const Facts& facts) {
    std::optional<Finding> worst;
    for (const StoredCertificate& certificate : facts.rdp_certificate->store) {
        auto finding = judge_entry(facts, certificate);
        if (finding && (!worst || finding->verdict > worst->verdict)) worst = std::move(finding);
    }
    return worst;
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (own_left_out(facts)) return not_applicable(traits, "not_in_use");
    if (auto lost = missing(traits, facts, facts.rdp_certificate, "/cert/store")) return *lost;
    const CertificateFacts& certificates = *facts.rdp_certificate;
    if (certificates.store.empty()) return ok(traits, "empty");
    if (auto damage = judge_damage(facts)) return *damage;
    if (certificates.store.size() > 1)
        return at_risk(traits, "several")
            .severity(Severity::medium)
            .with("count", std::to_string(certificates.store.size()))
            .saw("/cert/store", std::to_string(certificates.store.size()) + " certificates", "1");
    const bool recorded = certificates.self_signed && facts.why_unread("/cert/self") == nullptr;
    if (recorded && !iequals(*certificates.self_signed, thumbprint_of(certificates.store.front())))
        return at_risk(traits, "self_elsewhere")
            .severity(Severity::medium)
            .with("recorded", *certificates.self_signed)
            .saw("/cert/self", *certificates.self_signed, certificates.store.front().key_name);
    return ok(traits);
}

} // namespace

Rule certificate_corrupt_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
