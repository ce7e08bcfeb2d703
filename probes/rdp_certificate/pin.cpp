// CERT.PIN: a pinned certificate exists and TermService can read its key.
//
// Not in the article. Windows never pins its own certificate, so a value means that somebody chose
// one. A pin that names nothing, or whose key is out of reach, makes Windows fall back to its own
// certificate (events 1051, 1055): RDP may work and still be wrong.
// Sample finding: broken, "The pinned certificate 3f2a... is in no store and the handshake fails".
#include "probes/rdp_certificate/rules.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/key_access.hpp"
#include "probes/reading/rights_words.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"CERT.PIN", Cause::rdp_certificate, "", Severity::critical};
constexpr auto keys = with_shared(
    "CERT.PIN.ok",
    "CERT.PIN.ok_tried",
    "CERT.PIN.none",
    "CERT.PIN.foreign_provider",
    "CERT.PIN.key_unread",
    "CERT.PIN.dangling",
    "CERT.PIN.malformed",
    "CERT.PIN.key_missing",
    "CERT.PIN.key_denied"
);
constexpr std::uint32_t sha1_bytes = 20;

// Returns a fault of the pin: down when the handshake fails, else Windows serves another
// certificate.
Finding fault(const Facts& facts, std::string_view slug, Draft (*add)(Draft, const Facts&)) {
    const bool down = trial(facts) == Trial::fails;
    return add(down ? broken(traits, slug) : at_risk(traits, slug), facts);
}

Draft show_pin(Draft draft, const Facts& facts) {
    const CertificateFacts& certificates = *facts.rdp_certificate;
    draft.with("pin", certificates.pin.value_or(""));
    draft.with("bytes", text(certificates.pin_raw_length));
    draft.saw("/cert/pin", certificates.pin.value_or("unusable"), "a certificate that exists");
    if (certificates.pin_raw_length && *certificates.pin_raw_length != sha1_bytes)
        draft.saw("/cert/pin_raw_len", text(certificates.pin_raw_length), "20");
    return draft;
}

Finding judge_key_file(const Facts& facts, const StoredCertificate& pinned, const KeyFile& file) {
    const std::string at = pointer_to(*facts.machine_keys, file, "sddl");
    if (!file.sddl) return unknown(traits, "key_unread").saw(at, "unread", "owner and DACL");
    const auto descriptor = parse_sddl(*file.sddl);
    if (!descriptor) return unknown(traits, "key_unread").saw(at, *file.sddl, "SDDL");
    if (missing_for_termservice(*descriptor) == 0)
        return ok(traits).with("pin", thumbprint_of(pinned));
    Finding finding = fault(facts, "key_denied", show_pin);
    finding.evidence.push_back(
        {at, sddl_in_words(*file.sddl, RightsOf::file), termservice_may_read()}
    );
    return finding;
}

Finding judge_key(const Facts& facts, const StoredCertificate& pinned) {
    const std::string at = pointer_to(*facts.rdp_certificate, pinned);
    // The record of the key is there and could not be understood, or was not read.
    if (!pinned.provider && !pinned.parse_error.empty())
        return unknown(traits, "key_unread")
            .saw(at + "/provider", pinned.parse_error, "a key container");
    if (!pinned.provider) return fault(facts, "key_missing", show_pin);
    // No computable file: the key is in a TPM, on a smart card, or with another vendor's provider.
    if (pinned.key_file.empty())
        return unknown(traits, "foreign_provider")
            .with("provider", pinned.provider->name)
            .saw(at + "/provider", pinned.provider->name, "a Microsoft software provider");
    if (auto lost = missing(traits, facts, facts.machine_keys, "/keys/files")) return *lost;
    const MachineKeysFacts& machine_keys = *facts.machine_keys;
    if (const KeyFile* file = machine_keys.find(pinned.key_file))
        return judge_key_file(facts, pinned, *file);
    // Only the CAPI folder is listed completely, and only up to the cap.
    const bool proven = pinned.provider->type != 0 && machine_keys.directory_listed &&
                        machine_keys.other_count == 0;
    if (!proven)
        return unknown(traits, "key_unread").saw("/keys/files", "not listed", pinned.key_file);
    Finding finding = fault(facts, "key_missing", show_pin);
    finding.evidence.push_back({"/keys/files", "not among the files", pinned.key_file});
    return finding;
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(traits, facts, facts.rdp_certificate, "/cert/pin")) return *lost;
    const CertificateFacts& certificates = *facts.rdp_certificate;
    if (!certificates.pin && !certificates.pin_raw_length) return ok(traits, "none");
    // Extra bytes: the thumbprint was pasted with an invisible character.
    if (certificates.pin_raw_length && *certificates.pin_raw_length != sha1_bytes)
        return fault(facts, "malformed", show_pin);
    const StoredCertificate* pinned = pinned_certificate(certificates);
    if (pinned == nullptr) {
        for (const auto* pointer : {"/cert/my_match", "/cert/store"}) {
            if (facts.why_unread(pointer) != nullptr) return unread(traits, facts, pointer);
        }
        return fault(facts, "dangling", show_pin);
    }
    if (served(facts, *pinned)) return ok(traits, "ok_tried").confidence(Confidence::functional);
    return judge_key(facts, *pinned);
}

} // namespace

Rule certificate_pin_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
