// Elimination: what remains unread is the suspect when all else was read and found sound.
//
// From build 17763 on an administrator may not read the rights of a healthy key file, so that the
// commonest fault, a key closed to TermService, would never be named.
#include "probes/suspect.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep {

namespace {

// Tells whether somebody listens, and who, depends on what the cause is about.
bool is_of_listening(Cause cause) {
    return cause == Cause::rdp_port || cause == Cause::services ||
           cause == Cause::listener_security;
}

bool is_of_certificate(Cause cause) {
    return cause == Cause::machine_keys || cause == Cause::rdp_certificate;
}

bool is_of_tls(Cause cause) {
    return cause == Cause::tls_protocols || is_of_certificate(cause);
}

bool could_drop_tls(Cause cause) {
    return is_of_tls(cause) || is_of_listening(cause);
}

bool could_lack_certificate(Cause cause) {
    return is_of_certificate(cause) || is_of_listening(cause);
}

// What HANDSHAKE says, and which causes could explain it. Where X.224 was answered, a risk to the
// port or a service is no rival; not knowing them is, for then another program may have answered.
struct Symptom {
    std::string_view key;
    std::string_view with_suspect;
    bool (*could_be)(Cause);
    bool (*rivals)(Cause);
};

constexpr std::array symptoms{
    Symptom{"HANDSHAKE.reset", "HANDSHAKE.suspect", could_drop_tls, is_of_tls},
    Symptom{
        "HANDSHAKE.no_certificate",
        "HANDSHAKE.suspect_certificate",
        could_lack_certificate,
        is_of_certificate},
    Symptom{"HANDSHAKE.refused", "HANDSHAKE.suspect_refused", is_of_listening, is_of_listening},
};

const Symptom* symptom_of(const Finding& finding) {
    const auto* found = std::find_if(symptoms.begin(), symptoms.end(), [&](const auto& symptom) {
        return finding.verdict == Verdict::broken && finding.summary.key == symptom.key;
    });
    return found == symptoms.end() ? nullptr : found;
}

// Tells whether a finding is more than a hygiene matter.
bool counts(const Finding& finding) {
    return finding.verdict != Verdict::unknown ? finding.severity != Severity::low
                                               : finding.severity >= Severity::high;
}

// Returns the findings that could not tell, when they are of one cause and nothing else is amiss.
std::vector<const Finding*> unread_of_one_cause(
    std::span<const Rule> rules, const std::vector<Finding>& findings, const Finding& handshake
) {
    const Symptom& symptom = *symptom_of(handshake);
    std::vector<const Finding*> unread;
    std::vector<Cause> at_risk;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const Finding& finding = findings[i];
        if (&finding == &handshake || !counts(finding)) continue;
        if (finding.verdict == Verdict::broken) return {};
        if (!symptom.could_be(rules[i].cause)) continue;
        if (finding.verdict == Verdict::at_risk && symptom.rivals(finding.cause))
            at_risk.push_back(finding.cause);
        if (finding.verdict != Verdict::unknown) continue;
        if (!unread.empty() && unread.front()->cause != finding.cause) return {};
        unread.push_back(&finding);
    }
    const bool rival = std::any_of(at_risk.begin(), at_risk.end(), [&](Cause cause) {
        return !unread.empty() && cause != unread.front()->cause;
    });
    return rival ? std::vector<const Finding*>{} : unread;
}

} // namespace

void name_suspect(std::span<const Rule> rules, std::vector<Finding>& findings) {
    const auto handshake = std::find_if(findings.begin(), findings.end(), [](const auto& finding) {
        return symptom_of(finding) != nullptr;
    });
    if (handshake == findings.end()) return;
    const auto unread = unread_of_one_cause(rules, findings, *handshake);
    if (unread.empty()) return;
    const Finding& suspect = *unread.front();
    handshake->cause = suspect.cause;
    handshake->confidence = Confidence::circumstantial;
    handshake->summary.key = symptom_of(*handshake)->with_suspect;
    handshake->summary.arguments["rule"] = suspect.rule;
    for (const Finding* other : unread)
        handshake->evidence.insert(
            handshake->evidence.end(), other->evidence.begin(), other->evidence.end()
        );
}

} // namespace rdpsweep
