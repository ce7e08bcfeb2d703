// Elimination: what remains unread is the suspect when all else was read and found sound.
//
// From build 17763 on an administrator may not read the rights of a healthy key file, so that the
// commonest fault, a key closed to TermService, would never be named.
#include "probes/suspect.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr std::string_view dropped = "HANDSHAKE.reset";

// Tells whether TLS itself needs what the cause is about. X.224 was answered, so a risk to the port
// or a service is no rival; not knowing them is, for then another program may have answered.
bool is_of_tls(Cause cause) {
    return cause == Cause::tls_protocols || cause == Cause::machine_keys ||
           cause == Cause::rdp_certificate;
}

bool could_explain(Cause cause) {
    return is_of_tls(cause) || cause == Cause::rdp_port || cause == Cause::services ||
           cause == Cause::listener_security;
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
    std::vector<const Finding*> unread;
    std::vector<Cause> at_risk;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const Finding& finding = findings[i];
        if (&finding == &handshake || !counts(finding)) continue;
        if (finding.verdict == Verdict::broken) return {};
        if (!could_explain(rules[i].cause)) continue;
        if (finding.verdict == Verdict::at_risk && is_of_tls(finding.cause))
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
        return finding.verdict == Verdict::broken && finding.summary.key == dropped;
    });
    if (handshake == findings.end()) return;
    const auto unread = unread_of_one_cause(rules, findings, *handshake);
    if (unread.empty()) return;
    const Finding& suspect = *unread.front();
    handshake->cause = suspect.cause;
    handshake->confidence = Confidence::circumstantial;
    handshake->summary.key = "HANDSHAKE.suspect";
    handshake->summary.arguments["rule"] = suspect.rule;
    for (const Finding* other : unread)
        handshake->evidence.insert(
            handshake->evidence.end(), other->evidence.begin(), other->evidence.end()
        );
}

} // namespace rdpsweep
