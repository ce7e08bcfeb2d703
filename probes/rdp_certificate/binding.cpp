// CERT.BINDING: the certificate a client is shown is the one that is configured.
//
// Not in the article. Another certificate means Windows fell back to its own, or something else
// answers: a load balancer, a proxy, another VM. Up to four places tell which one it is: a client
// that was served, the pin, the stores, and the inventory, where Azure has what its agent reported.
// Of a VM read from its disk all of them are evidence where they differ; without a client the
// inventory alone can be held against the configuration, and it may be older than a renewal: that
// is a hint (low). OUT.BINDING holds the inventory against what is served.
// Sample finding: at_risk, "RDP presents 59ef... but 3f2a... is configured".
#include "core/text.hpp"
#include "probes/rdp_certificate/rules.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/disk_view.hpp"
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
    "CERT.BINDING.as_reported",
    "CERT.BINDING.reported_other",
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

// Adds what the places of a disk and of its inventory say, beside what was served.
Draft show_places(Draft draft, const Facts& facts, const std::string& agreed) {
    if (!read_from_disk(facts)) return draft;
    const CertificateFacts& certificates = *facts.rdp_certificate;
    if (certificates.pin) draft.saw("/cert/pin", *certificates.pin, agreed);
    if (certificates.self_signed) draft.saw("/cert/self", *certificates.self_signed, agreed);
    if (const auto* stored = configured_certificate(certificates))
        draft.saw(pointer_to(certificates, *stored) + "/thumb", thumbprint_of(*stored), agreed);
    if (!facts.inventory_thumbprint.empty())
        draft.saw("/inventory/rdp_thumb", facts.inventory_thumbprint, agreed);
    return draft;
}

// Judges where no client was served: what the inventory has heard of against what is configured.
Finding judge_unserved(const Facts& facts) {
    const std::string& reported = facts.inventory_thumbprint;
    const std::string expected = expected_thumbprint(*facts.rdp_certificate);
    if (!read_from_disk(facts))
        return unknown(traits, "no_handshake").saw("/hs", "none completed", "one");
    if (reported.empty() || expected.empty()) return offline(traits, "/hs");
    if (iequals(reported, expected))
        return show_places(ok(traits, "as_reported"), facts, expected)
            .confidence(Confidence::circumstantial);
    return show_places(at_risk(traits, "reported_other"), facts, expected)
        .severity(Severity::low)
        .confidence(Confidence::circumstantial)
        .with("reported", reported)
        .with("expected", expected);
}

std::string served_pointer(const Facts& facts, const HandshakeFacts& done) {
    const auto index = static_cast<std::size_t>(&done - facts.handshakes->data());
    return pointer_at("/hs", index, "thumb");
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (tls_never_used(facts)) return not_applicable(traits, "not_used");
    if (auto lost = missing(traits, facts, facts.rdp_certificate, "/cert")) return *lost;
    const HandshakeFacts* done = completed_handshake(facts);
    if (done == nullptr || done->peer_thumbprint.empty()) return judge_unserved(facts);
    const std::string at = served_pointer(facts, *done);
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
            .saw(at, done->peer_thumbprint, "not Windows' own");
    if (iequals(expected, done->peer_thumbprint))
        return ok(traits).confidence(Confidence::functional);
    Draft draft = at_risk(traits, "other");
    draft.confidence(Confidence::functional)
        .with("served", done->peer_thumbprint)
        .with("expected", expected)
        .saw(at, done->peer_thumbprint, expected);
    return show_places(draft, facts, done->peer_thumbprint);
}

} // namespace

Rule certificate_binding_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
