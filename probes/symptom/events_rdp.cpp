// EVT.RDPCERT and EVT.KEYAUDIT: what TermService and the key audit logged about the RDP key.
//
// Not in the article. TermService 1057/1058: no certificate could be made or replaced; 1051, 1053,
// 1054, 1055: another was served, or it is expired or unfit; a later 1056 (a new certificate) cures
// them. 1064, 1065: the certificate of a policy's template could not be enrolled or renewed; a
// later 1063 cures these. Security 5061/5058 with key TSSecKeySet1 to 9, subject NETWORK SERVICE
// and a return code is direct proof that the key cannot be opened, where key auditing is on.
// Sample finding: broken, "TermService could not replace its certificate (1058)".
#include "core/text.hpp"
#include "probes/collect/key_file_name.hpp"
#include "probes/reading/disk_view.hpp"
#include "probes/reading/event_evidence.hpp"
#include "probes/reading/event_log.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"
#include "probes/reading/status_codes.hpp"
#include "probes/symptom/rules.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr RuleTraits certificate_traits{
    "EVT.RDPCERT", Cause::rdp_certificate, "", Severity::critical};
constexpr auto certificate_keys = with_shared(
    "EVT.RDPCERT.ok",
    "EVT.RDPCERT.ok_stopped",
    "EVT.RDPCERT.cured",
    "EVT.RDPCERT.log_short",
    "EVT.RDPCERT.creation_now",
    "EVT.RDPCERT.creation_past",
    "EVT.RDPCERT.creation_before",
    "EVT.RDPCERT.fallback",
    "EVT.RDPCERT.enrolment"
);
constexpr RuleTraits audit_traits{"EVT.KEYAUDIT", Cause::machine_keys, "", Severity::critical};
constexpr auto audit_keys = with_shared(
    "EVT.KEYAUDIT.ok",
    "EVT.KEYAUDIT.not_audited",
    "EVT.KEYAUDIT.now",
    "EVT.KEYAUDIT.past",
    "EVT.KEYAUDIT.before"
);

// A certificate of the policy's template could not be enrolled, or not renewed.
bool is_enrolment_failure(const Event& event) {
    return event.id == 1064 || event.id == 1065;
}

bool is_certificate_trouble(const Event& event) {
    return is_creation_failure(event) || is_enrolment_failure(event) || event.id == 1051 ||
           (event.id >= 1053 && event.id <= 1055);
}

// Returns the enrolment failures among troubles that no later 1063, a certificate of the template,
// cured. One that Windows made itself (1056) stands in for it and does not.
std::vector<LoggedEvent> unenrolled(const Facts& facts, const std::vector<LoggedEvent>& troubles) {
    std::int64_t enrolled = 0;
    for (const Event& event : facts.events->events) {
        if (iequals(event.provider, "TermService") && event.id == 1063)
            enrolled = std::max(enrolled, event.time);
    }
    std::vector<LoggedEvent> left;
    for (const LoggedEvent& logged : troubles) {
        if (is_enrolment_failure(*logged.event) && logged.event->time > enrolled)
            left.push_back(logged);
    }
    return left;
}

// Returns the window's TermService troubles that nothing cured: creation failures first, then
// enrolments, then certificates that were not used.
std::vector<LoggedEvent>
gravest_uncured(const Facts& facts, const std::vector<LoggedEvent>& troubles) {
    std::vector<LoggedEvent> left = uncured(facts, troubles);
    std::erase_if(left, [](const auto& logged) { return is_enrolment_failure(*logged.event); });
    const auto others = std::stable_partition(left.begin(), left.end(), [](const auto& logged) {
        return is_creation_failure(*logged.event);
    });
    const auto enrolments = unenrolled(facts, troubles);
    left.insert(others, enrolments.begin(), enrolments.end());
    return left;
}

std::string_view past_slug(const Facts& facts, const Event& event) {
    if (is_creation_failure(event))
        return known_from_disk_alone(facts) ? "creation_before" : "creation_past";
    return is_enrolment_failure(event) ? "enrolment" : "fallback";
}

// The status with which a creation failure ended, and where in the record it stands. The text is in
// the VM's language; the binary part is a number.
struct Ended {
    std::string status;
    std::string_view member;
};

Ended ended(const Event& event) {
    if (std::string code = status_of_binary(event.binary); !code.empty()) return {code, "bin"};
    if (std::string code = data_of(event, "0"); code.starts_with("0x")) return {code, "data/0"};
    return {};
}

void show_status(Draft& draft, const LoggedEvent& logged) {
    const auto [status, member] = ended(*logged.event);
    draft.with("status", status.empty() ? "?" : named_status(status));
    if (!status.empty())
        draft.saw(pointer_at("/evt", logged.index, member), status_in_words(status), "0x0");
}

Finding conclude_certificate(const Facts& facts, const std::vector<LoggedEvent>& events) {
    const bool creation = is_creation_failure(*events.front().event);
    const bool now = creation && trial(facts) == Trial::fails;
    Draft draft = now ? broken(certificate_traits, "creation_now")
                      : at_risk(certificate_traits, past_slug(facts, *events.front().event))
                            .severity(Severity::medium);
    draft.confidence(Confidence::circumstantial);
    show_event(draft, events.front(), events.size());
    if (creation) show_status(draft, events.front());
    return draft;
}

Finding evaluate_certificate(const Facts& facts, const Policy&, std::int64_t now) {
    if (auto lost = missing(certificate_traits, facts, facts.events, "/evt")) {
        // As for EVT.SCHANNEL: only ever supporting evidence.
        return lower(*lost, Severity::medium);
    }
    const auto troubles = events_of(facts, "TermService", is_certificate_trouble);
    const auto left = gravest_uncured(facts, troubles);
    if (!left.empty()) return conclude_certificate(facts, left);
    if (!troubles.empty()) return ok(certificate_traits, "cured");
    if (auto lost = missing(certificate_traits, facts, facts.events, "/evt/TermService")) {
        return lower(*lost, Severity::medium);
    }
    if (!log_covers_window(facts, now))
        return unknown(certificate_traits, "log_short")
            .severity(Severity::medium)
            .saw(
                "/evt_oldest_utc",
                facts.events->oldest_record ? to_iso8601(*facts.events->oldest_record) : "unread",
                "before the window"
            );
    if (!read_from_disk(facts)) return ok(certificate_traits);
    return show_stop(ok(certificate_traits, "ok_stopped"), facts, now);
}

// Tells whether it is an audited access to the RDP key by TermService's account.
bool is_rdp_key_access(const Event& event) {
    return (event.id == 5061 || event.id == 5058) && is_rdp_container(data_of(event, "KeyName")) &&
           iequals(data_of(event, "SubjectUserSid"), "S-1-5-20");
}

bool failed(const Event& event) {
    const std::string code = data_of(event, "ReturnCode");
    const bool zero = code.find_first_not_of("0xX") == std::string::npos;
    return !zero;
}

Finding evaluate_audit(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(audit_traits, facts, facts.events, "/evt")) {
        return lower(*lost, Severity::medium);
    }
    const auto accesses = events_of(facts, "Security", is_rdp_key_access);
    const auto failures = events_of(facts, "Security", [](const Event& event) {
        return is_rdp_key_access(event) && failed(event);
    });
    if (auto lost = missing(audit_traits, facts, facts.events, "/evt/Security");
        lost && accesses.empty()) {
        return lower(*lost, Severity::medium);
    }
    // Auditing is off by default: silence is neither good nor bad.
    if (accesses.empty()) return not_applicable(audit_traits, "not_audited");
    // A later success shows that access was restored.
    if (failures.empty() || accesses.front().index < failures.front().index)
        return ok(audit_traits);
    const bool now = trial(facts) == Trial::fails;
    Draft draft = now ? broken(audit_traits, "now")
                      : at_risk(audit_traits, known_from_disk_alone(facts) ? "before" : "past")
                            .severity(Severity::medium);
    const std::string code = named_status(data_of(*failures.front().event, "ReturnCode"));
    draft.with("code", code)
        .saw(
            pointer_at("/evt", failures.front().index, "data/ReturnCode"),
            status_in_words(data_of(*failures.front().event, "ReturnCode")),
            "0x0"
        );
    return show_event(draft, failures.front(), failures.size());
}

} // namespace

Rule events_certificate_rule() noexcept {
    return make_rule(certificate_traits, certificate_keys, evaluate_certificate);
}

Rule events_key_audit_rule() noexcept {
    return make_rule(audit_traits, audit_keys, evaluate_audit);
}

} // namespace rdpsweep
