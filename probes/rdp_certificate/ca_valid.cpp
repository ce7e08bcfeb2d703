// CERT.CA.VALID: the certificate somebody chose for RDP is valid and fit for it.
//
// Article step 2 knows only Windows' own certificate. One from a CA, or any that was pinned, is not
// renewed by deleting it: a new one must be enrolled. Chain and revocation need the CA and are not
// judged here.
// Sample finding: at_risk, "The RDP certificate expires on 2026-12-01; Windows will not renew it".
#include "core/text.hpp"
#include "probes/rdp_certificate/rules.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"CERT.CA.VALID", Cause::rdp_certificate, "2", Severity::high};
constexpr auto keys = with_shared(
    "CERT.CA.VALID.ok",
    "CERT.CA.VALID.none",
    "CERT.CA.VALID.unparsed",
    "CERT.CA.VALID.clock_skew",
    "CERT.CA.VALID.expired",
    "CERT.CA.VALID.no_usage",
    "CERT.CA.VALID.no_usage_served",
    "CERT.CA.VALID.no_key",
    "CERT.CA.VALID.key_unread",
    "CERT.CA.VALID.expires",
    "CERT.CA.VALID.not_yet_valid",
    "CERT.CA.VALID.weak",
    "CERT.CA.VALID.sha512",
    "CERT.CA.VALID.signature_key",
    "CERT.CA.VALID.name"
);
constexpr std::uint32_t smallest_rsa = 2048; // NIST SP 800-57 part 1
constexpr std::chrono::days imminent{7};     // our choice

bool is_weak(const Certificate& certificate) {
    if (iequals(certificate.signature_hash, "SHA1") || iequals(certificate.signature_hash, "MD5"))
        return true;
    return certificate.key_type == "RSA" && certificate.key_bits < smallest_rsa;
}

// Tells whether a name is covered: "*.corp.example" covers one label (RFC 6125 6.4.3).
bool name_covers(std::string_view pattern, std::string_view host) {
    if (iequals(pattern, host)) return true;
    if (!pattern.starts_with("*.")) return false;
    const auto dot = host.find('.');
    return dot != std::string_view::npos && iequals(pattern.substr(1), host.substr(dot));
}

// Returns true when the certificate names the host, or the host's names are not known.
bool names_host(const Facts& facts, const Certificate& certificate) {
    if (!facts.os || (facts.os->host.empty() && facts.os->fqdn.empty())) return true;
    return std::any_of(
        certificate.dns_names.begin(),
        certificate.dns_names.end(),
        [&](const std::string& name) {
            return name_covers(name, facts.os->fqdn) || name_covers(name, facts.os->host);
        }
    );
}

// TermService serves a pinned certificate whatever its usage says; clients decide by their own
// rules.
Draft judge_no_usage(const Facts& facts, const std::string& at) {
    Draft draft = trial(facts) == Trial::fails
                      ? broken(traits, "no_usage")
                      : at_risk(traits, "no_usage_served").severity(Severity::medium);
    return draft.saw(at + "/eku", "neither", "serverAuth or RDP");
}

// Judges a certificate that is not meant for RDP at all, or without any link to a private key.
std::optional<Draft>
judge_fitness(const Facts& facts, const StoredCertificate& chosen, const std::string& at) {
    const Certificate& certificate = *chosen.parsed;
    if (!certificate.server_auth && !certificate.remote_desktop_auth)
        return judge_no_usage(facts, at);
    if (chosen.provider || served(facts, chosen)) return std::nullopt;
    // The record is there and could not be understood.
    if (!chosen.parse_error.empty())
        return unknown(traits, "key_unread")
            .saw(at + "/provider", chosen.parse_error, "a key container");
    return broken(traits, "no_key").saw(at + "/provider", "none", "a key container");
}

Draft judge_time(
    const Certificate& certificate,
    const Clocks& clocks,
    const Policy& policy,
    const std::string& at
) {
    const std::string until = to_iso8601(certificate.not_after);
    const std::int64_t left = certificate.not_after - clocks.vm;
    Draft draft = ok(traits);
    if (left <= 0)
        draft = broken(traits, "expired");
    else if (certificate.not_before > clocks.vm)
        draft = at_risk(traits, "not_yet_valid");
    else if (left <= std::chrono::seconds(imminent).count())
        draft = at_risk(traits, "expires");
    else if (left <= std::chrono::seconds(policy.certificate_warning).count())
        draft = at_risk(traits, "expires").severity(Severity::medium);
    return draft.with("not_after", until)
        .with("not_before", to_iso8601(certificate.not_before))
        .saw(at + "/not_after", until, "more than 30 days ahead");
}

// Returns the finding for what Schannel may not be able to use, which nothing but a completed
// handshake refutes: SHA-512, which TLS 1.2 refuses up to Windows 8.1 without KB2973337, and a key
// of CAPI for signatures alone.
std::optional<Draft>
judge_usability(const Facts& facts, const StoredCertificate& chosen, const std::string& at) {
    constexpr std::uint32_t last_without_sha512 = 9600;
    constexpr std::uint32_t at_signature = 2; // wincrypt.h
    if (trial(facts) == Trial::works) return std::nullopt;
    const Severity severity = trial(facts) == Trial::fails ? Severity::high : Severity::medium;
    const std::string& hash = chosen.parsed->signature_hash;
    if (facts.os && facts.os->build <= last_without_sha512 && iequals(hash, "SHA512"))
        return at_risk(traits, "sha512")
            .severity(severity)
            .confidence(Confidence::circumstantial)
            .saw(at, hash, "SHA256")
            .saw("/os/build", std::to_string(facts.os->build), "above 9600, or KB2973337");
    const auto& provider = chosen.provider;
    if (provider && provider->type != 0 && provider->key_spec == at_signature)
        return at_risk(traits, "signature_key")
            .severity(severity)
            .confidence(Confidence::circumstantial)
            .saw(at + "/provider", "AT_SIGNATURE", "AT_KEYEXCHANGE");
    return std::nullopt;
}

Draft judge_quality(const Facts& facts, const Certificate& certificate, const std::string& at) {
    if (is_weak(certificate)) {
        const std::string what = certificate.key_type + " " + std::to_string(certificate.key_bits) +
                                 " " + certificate.signature_hash;
        return at_risk(traits, "weak")
            .severity(Severity::medium)
            .with("what", what)
            .saw(at, what, "RSA 2048 or EC, SHA-2");
    }
    if (!names_host(facts, certificate)) {
        const std::string host = facts.os->fqdn.empty() ? facts.os->host : facts.os->fqdn;
        // Whoever pins a certificate may mean a gateway's or a farm's name.
        return at_risk(traits, "name")
            .severity(Severity::low)
            .with("host", host)
            .with("subject", certificate.subject)
            .saw(at + "/subject", certificate.subject, host);
    }
    return ok(traits);
}

// Judges where no chosen certificate was found: one may be there that was not read.
Finding judge_none(const Facts& facts) {
    const CertificateFacts& certificates = *facts.rdp_certificate;
    if (facts.why_unread("/cert/pin") != nullptr) return unread(traits, facts, "/cert/pin");
    const bool chosen = certificates.pin && pinned_certificate(certificates) == nullptr;
    if (chosen || template_chose(certificates)) {
        for (const auto* pointer : {"/cert/my_match", "/cert/store"}) {
            if (facts.why_unread(pointer) != nullptr) return unread(traits, facts, pointer);
        }
    }
    return not_applicable(traits, "none");
}

Finding evaluate(const Facts& facts, const Policy& policy, std::int64_t now) {
    if (auto lost = missing(traits, facts, facts.rdp_certificate, "/cert")) return *lost;
    const CertificateFacts& certificates = *facts.rdp_certificate;
    const StoredCertificate* chosen = configured_certificate(certificates);
    if (chosen == nullptr || chosen == self_signed_certificate(certificates))
        return judge_none(facts);
    const std::string at = pointer_to(certificates, *chosen);
    if (!chosen->parsed)
        return unknown(traits, "unparsed").saw(at, chosen->parse_error, "a certificate");
    const Clocks clocks = clocks_of(facts, policy, now);
    const bool expired = chosen->parsed->not_after <= std::min(clocks.vm, clocks.ours);
    if (clocks.skewed && !expired)
        return unknown(traits, "clock_skew")
            .with("vm", to_iso8601(clocks.vm))
            .with("ours", to_iso8601(clocks.ours))
            .saw("/collector/utc", to_iso8601(clocks.vm), to_iso8601(clocks.ours));
    Draft time = judge_time(*chosen->parsed, clocks, policy, at);
    if (expired) return time;
    if (const auto unfit = judge_fitness(facts, *chosen, at)) return *unfit;
    if (const auto suspect = judge_usability(facts, *chosen, at)) return *suspect;
    if (Finding(time).verdict != Verdict::ok) return time;
    const Draft quality = judge_quality(facts, *chosen->parsed, at);
    return Finding(quality).verdict == Verdict::ok ? time : quality;
}

} // namespace

Rule certificate_ca_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
