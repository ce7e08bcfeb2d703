// Elimination: what remains unread is the suspect when all else was read and found sound.
//
// From build 17763 on an administrator may not read the rights of a healthy key file, so that the
// commonest fault, a key closed to TermService, would never be named.
#include "probes/suspect.hpp"

#include <algorithm>
#include <array>
#include <optional>

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

bool is_of_port(Cause cause) {
    return cause == Cause::rdp_port;
}

// An alert is the word of a server that has its key: it liked no version or suite of ours.
bool is_of_protocols(Cause cause) {
    return cause == Cause::tls_protocols;
}

// What HANDSHAKE says at which stage (any, where none is named), and which causes could explain it.
// Where X.224 was answered, a risk to the port or a service is no rival; not knowing them is, for
// then another program may have answered.
struct Symptom {
    std::string_view key;
    std::string_view stage;
    std::string_view with_suspect;
    bool (*could_be)(Cause);
    bool (*rivals)(Cause);
};

constexpr std::array symptoms{
    Symptom{"HANDSHAKE.reset", "", "HANDSHAKE.suspect", could_drop_tls, is_of_tls},
    Symptom{
        "HANDSHAKE.no_certificate",
        "",
        "HANDSHAKE.suspect_certificate",
        could_lack_certificate,
        is_of_certificate},
    Symptom{"HANDSHAKE.refused", "", "HANDSHAKE.suspect_refused", is_of_listening, is_of_listening},
    Symptom{"HANDSHAKE.not_rdp", "", "HANDSHAKE.suspect_failed", is_of_port, is_of_port},
    Symptom{"HANDSHAKE.alert", "", "HANDSHAKE.suspect_failed", is_of_protocols, is_of_tls},
    Symptom{"HANDSHAKE.failed", "tls", "HANDSHAKE.suspect_failed", is_of_protocols, is_of_tls},
    Symptom{
        "HANDSHAKE.failed", "x224", "HANDSHAKE.suspect_failed", is_of_listening, is_of_listening},
    Symptom{
        "HANDSHAKE.timeout", "x224", "HANDSHAKE.suspect_failed", is_of_listening, is_of_listening},
};

const Symptom* symptom_of(const Finding& finding) {
    const auto stage = finding.summary.arguments.find("stage");
    const auto found = std::find_if(symptoms.begin(), symptoms.end(), [&](const auto& symptom) {
        const bool there = symptom.stage.empty() || (stage != finding.summary.arguments.end() &&
                                                     stage->second == symptom.stage);
        return finding.verdict == Verdict::broken && finding.summary.key == symptom.key && there;
    });
    return found == symptoms.end() ? nullptr : found;
}

// A group of facts and the cause that it is about. Where rules of two causes read it, parts of it
// that are unread may be two suspects; the group as a whole is one.
struct Group {
    std::string_view pointer;
    Cause cause;
    bool shared;
};

constexpr std::array groups{
    Group{"/svc", Cause::services, false},
    Group{"/keys", Cause::machine_keys, false},
    Group{"/cert", Cause::rdp_certificate, false},
    Group{"/tls", Cause::tls_protocols, false},
    Group{"/listener", Cause::rdp_port, true},
    Group{"/sec", Cause::listener_security, true},
};

bool is_in(const Group& group, const Finding& finding) {
    if (finding.evidence.empty()) return false;
    const std::string_view fact = finding.evidence.front().fact;
    return fact.starts_with(group.pointer) &&
           (fact.size() == group.pointer.size() || fact[group.pointer.size()] == '/');
}

// Returns the one cause of what could not be told, if it is one: each finding's own, else that of
// the one group that all of them lack, as whose socket it is cannot be told without the services.
std::optional<Cause> one_cause(const Facts& facts, const std::vector<const Finding*>& unread) {
    const auto all = [&](const auto& holds) {
        return !unread.empty() && std::all_of(unread.begin(), unread.end(), holds);
    };
    if (all([&](const Finding* finding) { return finding->cause == unread.front()->cause; }))
        return unread.front()->cause;
    for (const Group& group : groups) {
        const bool whole = !group.shared || facts.why_unread(group.pointer) != nullptr;
        if (whole && all([&](const Finding* finding) { return is_in(group, *finding); }))
            return group.cause;
    }
    return std::nullopt;
}

// Tells whether a finding is more than a hygiene matter.
bool counts(const Finding& finding) {
    return finding.verdict != Verdict::unknown ? finding.severity != Severity::low
                                               : finding.severity >= Severity::high;
}

// What stands beside a handshake that fails.
struct Beside {
    std::vector<const Finding*> unread;
    std::vector<Cause> at_risk;
    bool explained = false; // something is broken
};

Beside beside(
    std::span<const Rule> rules, const std::vector<Finding>& findings, const Finding& handshake
) {
    const Symptom& symptom = *symptom_of(handshake);
    Beside found;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const Finding& finding = findings[i];
        if (&finding == &handshake || !counts(finding)) continue;
        if (finding.verdict == Verdict::broken) found.explained = true;
        if (!symptom.could_be(rules[i].cause)) continue;
        if (finding.verdict == Verdict::at_risk && symptom.rivals(finding.cause))
            found.at_risk.push_back(finding.cause);
        if (finding.verdict == Verdict::unknown) found.unread.push_back(&finding);
    }
    return found;
}

// Returns the one cause that is left, when nothing is broken and no other one is at risk.
std::optional<Cause> cause_left(const Facts& facts, const Beside& found) {
    if (found.explained) return std::nullopt;
    const auto cause = one_cause(facts, found.unread);
    const bool rival = std::any_of(found.at_risk.begin(), found.at_risk.end(), [&](Cause other) {
        return other != cause;
    });
    return rival ? std::nullopt : cause;
}

} // namespace

void name_suspect(std::span<const Rule> rules, const Facts& facts, std::vector<Finding>& findings) {
    const auto handshake = std::find_if(findings.begin(), findings.end(), [](const auto& finding) {
        return symptom_of(finding) != nullptr;
    });
    if (handshake == findings.end()) return;
    const Beside found = beside(rules, findings, *handshake);
    const auto cause = cause_left(facts, found);
    if (!cause) return;
    const auto of_cause = std::find_if(found.unread.begin(), found.unread.end(), [&](auto* other) {
        return other->cause == *cause;
    });
    const Finding& suspect = of_cause == found.unread.end() ? *found.unread.front() : **of_cause;
    handshake->cause = *cause;
    handshake->confidence = Confidence::circumstantial;
    handshake->summary.key = symptom_of(*handshake)->with_suspect;
    handshake->summary.arguments["rule"] = suspect.rule;
    for (const Finding* other : found.unread)
        handshake->evidence.insert(
            handshake->evidence.end(), other->evidence.begin(), other->evidence.end()
        );
}

} // namespace rdpsweep
