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

// Windows makes no certificate of its own where a policy's template chose one, or RDP is denied.
bool none_expected(const Facts& facts) noexcept {
    if (template_chose(*facts.rdp_certificate)) return true;
    if (!facts.rdp_port) return false;
    const PortFacts& port = *facts.rdp_port;
    // A missing value keeps the listener down just as a 1 does.
    return (port.deny_policy ? port.deny_policy : port.deny_local).value_or(1) != 0;
}

} // namespace

// What Windows says of its listener counts before what an earlier policy may have left behind.
bool template_chose(const CertificateFacts& facts) noexcept {
    constexpr std::uint32_t by_policy = 2; // SSLCertificateSHA1HashType of Win32_TSGeneralSetting
    if (facts.wmi_hash_type) return facts.wmi_hash_type == by_policy;
    return facts.template_hash && !facts.template_hash->empty();
}

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
    if (!facts.rdp_certificate) return false;
    const CertificateFacts& certificates = *facts.rdp_certificate;
    if (pinned_certificate(certificates) != nullptr) return true;
    return template_chose(certificates) && certificates.my_match;
}

const StoredCertificate* configured_certificate(const CertificateFacts& facts) noexcept {
    if (const auto* pinned = pinned_certificate(facts)) return pinned;
    if (template_chose(facts) && facts.my_match) return &*facts.my_match;
    return self_signed_certificate(facts);
}

// Healthy Windows makes a certificate within seconds of its services starting.
bool own_certificate_overdue(const Facts& facts) {
    constexpr std::int64_t patience = 60;
    if (!facts.rdp_certificate || facts.why_unread("/cert/store") != nullptr) return false;
    if (!facts.rdp_certificate->store.empty() || facts.rdp_certificate->pin) return false;
    if (none_expected(facts)) return false;
    const Service* term = facts.services ? facts.services->find("TermService") : nullptr;
    if (term == nullptr || term->state != ServiceState::running) return false;
    if (!term->proc_start || !facts.collector) return false;
    return facts.collector->utc - *term->proc_start > patience;
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
