// Choosing the certificate as the listener does: pin, policy, own.
#include "probes/reading/certificate_view.hpp"

#include "core/text.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

bool named(const StoredCertificate& certificate, std::string_view thumbprint) noexcept {
    if (iequals(certificate.key_name, thumbprint)) return true;
    return certificate.parsed && iequals(certificate.parsed->thumbprint, thumbprint);
}

const StoredCertificate* in_store(const CertificateFacts& facts, std::string_view hash) noexcept {
    for (const StoredCertificate& certificate : facts.store) {
        if (named(certificate, hash)) return &certificate;
    }
    return nullptr;
}

} // namespace

const StoredCertificate* self_signed_certificate(const CertificateFacts& facts) noexcept {
    if (facts.self_signed) {
        if (const auto* found = in_store(facts, *facts.self_signed)) return found;
    }
    return facts.store.size() == 1 ? &facts.store.front() : nullptr;
}

const StoredCertificate* pinned_certificate(const CertificateFacts& facts) noexcept {
    if (!facts.pin) return nullptr;
    if (facts.my_match && named(*facts.my_match, *facts.pin)) return &*facts.my_match;
    return in_store(facts, *facts.pin);
}

bool own_left_out(const Facts& facts) noexcept {
    const Unread* store = facts.why_unread("/cert/store");
    if (store == nullptr || store->pointer != "/cert/store" || store->why != "skipped")
        return false;
    return facts.rdp_certificate.value && pinned_certificate(*facts.rdp_certificate) != nullptr;
}

const StoredCertificate* configured_certificate(const CertificateFacts& facts) noexcept {
    if (const auto* pinned = pinned_certificate(facts)) return pinned;
    // SSLCertificateSHA1HashType 2: a template named by policy chose it (Win32_TSGeneralSetting).
    constexpr std::uint32_t by_policy = 2;
    if (facts.wmi_hash_type == by_policy && facts.my_match) return &*facts.my_match;
    return self_signed_certificate(facts);
}

std::string thumbprint_of(const StoredCertificate& certificate) {
    return ascii_lower(certificate.parsed ? certificate.parsed->thumbprint : certificate.key_name);
}

std::string pointer_to(const CertificateFacts& facts, const StoredCertificate& certificate) {
    if (facts.my_match && &certificate == &*facts.my_match) return "/cert/my_match";
    const auto index = static_cast<std::size_t>(&certificate - facts.store.data());
    return pointer_at("/cert/store", index, "");
}

bool served(const Facts& facts, const StoredCertificate& certificate) {
    const HandshakeFacts* done = completed_handshake(facts);
    return done != nullptr && !done->peer_thumbprint.empty() &&
           named(certificate, done->peer_thumbprint);
}

} // namespace rdpsweep
