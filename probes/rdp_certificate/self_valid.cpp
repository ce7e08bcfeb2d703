// CERT.SELF.VALID: the certificate Windows made for RDP is in its time, or will be renewed.
//
// Article step 2.1 deletes it so that Windows makes another. Windows renews it only once it has
// expired, so "expires soon" is normal life for a certificate of 183 days: it is a risk only when
// something prevents the renewal (key file, folder, store, SessionEnv; CertRefreshInterval 0,
// another SelfSignedCertStore or ProgramData). SessionEnv looks every 12 hours, or as
// CertRefreshInterval says, so an older one means that renewal is failing. None at all, long after
// TermService came up and beside a handshake that is dropped, means that none can be made. Whether
// mstsc would show "internal error" for an expired certificate whose key works is UNVERIFIED, so
// it is critical only beside a failed handshake or a failed creation on record.
// Sample finding: broken, "The RDP certificate expired on 2026-10-02 and was not renewed".
#include "core/text.hpp"
#include "probes/machine_keys/rules.hpp"
#include "probes/rdp_certificate/renewal.hpp"
#include "probes/rdp_certificate/rules.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/disk_view.hpp"
#include "probes/reading/event_log.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"
#include "probes/services/rules.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"CERT.SELF.VALID", Cause::rdp_certificate, "2.1", Severity::critical};
constexpr auto keys = with_shared(
    "CERT.SELF.VALID.ok",
    "CERT.SELF.VALID.none",
    "CERT.SELF.VALID.missing",
    "CERT.SELF.VALID.not_in_use",
    "CERT.SELF.VALID.unparsed",
    "CERT.SELF.VALID.clock_skew",
    "CERT.SELF.VALID.not_yet_valid",
    "CERT.SELF.VALID.renewal_blocked",
    "CERT.SELF.VALID.renewal_off",
    "CERT.SELF.VALID.expired",
    "CERT.SELF.VALID.expired_lately",
    "CERT.SELF.VALID.expired_while_down"
);

// Tells whether there is 1058, an expired certificate not replaced, and no new one since.
bool has_creation_failure(const Facts& facts) {
    const auto failures = uncured_creation_failures(facts);
    return std::any_of(failures.begin(), failures.end(), [](const LoggedEvent& logged) {
        return logged.event->id == 1058;
    });
}

// Returns the settings that stop the renewal, for a sentence.
std::string settings_against(const CertificateFacts& certificates) {
    std::string words;
    for (const auto& setting : renewal_obstacles_set(certificates))
        words += (words.empty() ? "" : ", ") + setting.words;
    return words;
}

// Returns the rules whose trouble stops the renewal, and the settings that do, as far as it is
// known: an unread ACL stops nothing.
std::string renewal_obstacles(const Facts& facts, const Policy& policy, std::int64_t now) {
    std::string obstacles;
    for (const Rule& rule :
         {key_acl_rule(), key_folder_rule(), store_acl_rule(), service_state_rule()}) {
        const Finding finding = rule.evaluate(facts, policy, now);
        if (finding.verdict < Verdict::at_risk) continue;
        obstacles += std::string(obstacles.empty() ? "" : ", ") + finding.rule;
    }
    const std::string settings = settings_against(*facts.rdp_certificate);
    if (settings.empty()) return obstacles;
    return obstacles.empty() ? settings : obstacles + ", " + settings;
}

// Adds each setting that stops the renewal to a finding's evidence.
Draft& show_settings(Draft& draft, const CertificateFacts& certificates) {
    for (const auto& setting : renewal_obstacles_set(certificates))
        draft.saw(setting.pointer, setting.words, setting.expected);
    return draft;
}

// Tells whether the certificate of a disk ended after Windows last ran: nobody was there to renew
// it. Signs of life from before it was made belong to another clock, and say nothing.
bool ended_while_down(const Facts& facts, const Certificate& certificate) {
    const auto alive = last_alive(facts);
    return alive && *alive >= certificate.not_before && *alive < certificate.not_after;
}

Draft judge_lately(const Facts& facts, const Policy& policy, const Clocks& clocks) {
    const std::string obstacles = renewal_obstacles(facts, policy, clocks.ours);
    const char* slug = read_from_disk(facts) ? "expired_while_down" : "expired_lately";
    if (obstacles.empty()) return at_risk(traits, slug).severity(Severity::medium);
    Draft draft = at_risk(traits, "renewal_blocked");
    return show_settings(draft.with("obstacles", obstacles), *facts.rdp_certificate);
}

Finding judge_expired(const Facts& facts, const Policy& policy, const Clocks& clocks) {
    const std::int64_t between_looks = seconds_between_looks(*facts.rdp_certificate);
    const StoredCertificate& own = *self_signed_certificate(*facts.rdp_certificate);
    const Certificate& certificate = *own.parsed;
    const std::string at = pointer_to(*facts.rdp_certificate, own);
    const bool down = trial(facts) == Trial::fails || has_creation_failure(facts);
    const bool idle = read_from_disk(facts) ? ended_while_down(facts, certificate)
                                            : clocks.vm - certificate.not_after < between_looks;
    const bool lately = !down && idle;
    Draft draft = lately ? judge_lately(facts, policy, clocks) : broken(traits, "expired");
    if (!lately && !down) draft.severity(Severity::high);
    return draft.with("not_after", to_iso8601(certificate.not_after))
        .saw(at + "/not_after", to_iso8601(certificate.not_after), "in the future");
}

// Judges one that is in its time: what stops its renewal matters near its end, and a setting that
// does at any time, for nothing else would tell of it.
Finding judge_renewal(
    const Facts& facts, const Policy& policy, const Clocks& clocks, const StoredCertificate& own
) {
    const std::string at = pointer_to(*facts.rdp_certificate, own) + "/not_after";
    const std::string until = to_iso8601(own.parsed->not_after);
    const auto warning = std::chrono::seconds(policy.self_signed_warning).count();
    const bool soon = own.parsed->not_after - clocks.vm <= warning;
    const std::string settings = settings_against(*facts.rdp_certificate);
    const std::string obstacles = soon ? renewal_obstacles(facts, policy, clocks.ours) : settings;
    if (obstacles.empty())
        return ok(traits).with("not_after", until).saw(at, until, "in the future");
    Draft draft = soon ? at_risk(traits, "renewal_blocked")
                       : at_risk(traits, "renewal_off").severity(Severity::medium);
    draft.with("not_after", until).with("obstacles", obstacles).saw(at, until, "renewal possible");
    if (obstacles != settings) draft.saw("/keys", obstacles, "ok");
    return show_settings(draft, *facts.rdp_certificate);
}

Finding judge_dates(
    const Facts& facts, const Policy& policy, const Clocks& clocks, const StoredCertificate& own
) {
    const Certificate& certificate = *own.parsed;
    const std::string at = pointer_to(*facts.rdp_certificate, own);
    const bool expired = certificate.not_after <= clocks.vm;
    if (expired && certificate.not_after <= clocks.ours)
        return judge_expired(facts, policy, clocks);
    if (clocks.skewed)
        return unknown(traits, "clock_skew")
            .with("vm", to_iso8601(clocks.vm))
            .with("ours", to_iso8601(clocks.ours))
            .saw("/collector/utc", to_iso8601(clocks.vm), to_iso8601(clocks.ours));
    if (expired) return judge_expired(facts, policy, clocks);
    if (certificate.not_before > clocks.vm)
        return at_risk(traits, "not_yet_valid")
            .with("not_before", to_iso8601(certificate.not_before))
            .saw(at + "/not_before", to_iso8601(certificate.not_before), "in the past");
    return judge_renewal(facts, policy, clocks, own);
}

Finding judge_none(const Facts& facts) {
    if (!own_certificate_overdue(facts) || !ended_without_credential(facts))
        return ok(traits, "none");
    const Service& term = *facts.services->find("TermService");
    return broken(traits, "missing")
        .with("since", to_iso8601(*term.proc_start))
        .saw("/cert/store", "empty", "a certificate, made within a minute")
        .saw("/svc", "TermService runs since " + to_iso8601(*term.proc_start), "");
}

Finding evaluate(const Facts& facts, const Policy& policy, std::int64_t now) {
    if (own_left_out(facts)) return not_applicable(traits, "not_in_use");
    if (auto lost = missing(traits, facts, facts.rdp_certificate, "/cert/store")) return *lost;
    const CertificateFacts& certificates = *facts.rdp_certificate;
    const StoredCertificate* own = self_signed_certificate(certificates);
    if (own == nullptr) return judge_none(facts);
    const StoredCertificate* configured = configured_certificate(certificates);
    if (configured != own) return not_applicable(traits, "not_in_use");
    if (!own->parsed)
        return unknown(traits, "unparsed")
            .saw(pointer_to(certificates, *own), own->parse_error, "a certificate");
    return judge_dates(facts, policy, clocks_of(facts, policy, now), *own);
}

} // namespace

Rule certificate_self_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
