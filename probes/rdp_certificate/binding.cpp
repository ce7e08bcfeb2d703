// CERT.BINDING: the certificate a client is shown is the one that is configured.
//
// Not in the article. Another certificate means Windows fell back to its own, or something else
// answers: a load balancer, a proxy, another VM.
// Sample finding: at_risk, "RDP presents 59ef... but 3f2a... is configured".
#include "core/text.hpp"
#include "probes/rdp_certificate/rules.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"CERT.BINDING", Cause::rdp_certificate, "2", Severity::medium};
constexpr auto keys = with_shared(
    "CERT.BINDING.ok",
    "CERT.BINDING.no_handshake",
    "CERT.BINDING.none_configured",
    "CERT.BINDING.other",
    "CERT.BINDING.template",
    "CERT.BINDING.not_used"
);

// Returns the thumbprint that should be presented. A pin counts although it names nothing: that
// Windows then presents its own certificate is the fallback this rule is to show.
std::string expected_thumbprint(const CertificateFacts& certificates) {
    if (certificates.pin && pinned_certificate(certificates) == nullptr)
        return ascii_lower(*certificates.pin);
    if (const auto* configured = configured_certificate(certificates))
        return thumbprint_of(*configured);
    return ascii_lower(certificates.self_signed.value_or(""));
}

// Tells whether a policy names a template and Windows' own certificate is served all the same: none
// was enrolled, or the one that was is gone.
bool stands_in_for_template(const CertificateFacts& certificates, const std::string& served) {
    const StoredCertificate* own = self_signed_certificate(certificates);
    return certificates.template_name && !certificates.template_name->empty() && own != nullptr &&
           !certificates.pin && iequals(thumbprint_of(*own), served);
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (tls_never_used(facts)) return not_applicable(traits, "not_used");
    if (auto lost = missing(traits, facts, facts.rdp_certificate, "/cert")) return *lost;
    const HandshakeFacts* done = completed_handshake(facts);
    if (done == nullptr || done->peer_thumbprint.empty())
        return unknown(traits, "no_handshake").saw("/hs", "none completed", "one");
    const std::string expected = expected_thumbprint(*facts.rdp_certificate);
    if (expected.empty())
        return unknown(traits, "none_configured")
            .saw("/cert", "no certificate found", done->peer_thumbprint);
    if (stands_in_for_template(*facts.rdp_certificate, done->peer_thumbprint))
        return at_risk(traits, "template")
            .confidence(Confidence::functional)
            .with("template", *facts.rdp_certificate->template_name)
            .with("served", done->peer_thumbprint)
            .saw("/cert/template", *facts.rdp_certificate->template_name, "a certificate of it")
            .saw("/hs/0/thumb", done->peer_thumbprint, "not Windows' own");
    if (iequals(expected, done->peer_thumbprint))
        return ok(traits).confidence(Confidence::functional);
    return at_risk(traits, "other")
        .confidence(Confidence::functional)
        .with("served", done->peer_thumbprint)
        .with("expected", expected)
        .saw("/hs/0/thumb", done->peer_thumbprint, expected);
}

} // namespace

Rule certificate_binding_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
