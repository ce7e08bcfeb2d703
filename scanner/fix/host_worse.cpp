// Compares findings before and after by their rules.
#include "scanner/fix/host_worse.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

bool is_among(const std::vector<std::string>& rules, std::string_view rule) {
    return std::find(rules.begin(), rules.end(), rule) != rules.end();
}

// Events tell of what was, and our own failing handshakes make more of them.
bool is_proven_broken(const Finding& finding) {
    return finding.verdict == Verdict::broken && finding.severity != Severity::low &&
           finding.confidence != Confidence::circumstantial;
}

} // namespace

const Finding* finding_of(const Judgement& judgement, std::string_view rule) {
    for (const auto& finding : judgement.findings) {
        if (finding.rule == rule) return &finding;
    }
    return nullptr;
}

std::vector<std::string> unsound_rules(const HostLook& look) {
    std::vector<std::string> rules;
    for (const auto& finding : look.judgement.findings) {
        if (finding.verdict != Verdict::ok && finding.verdict != Verdict::at_risk)
            rules.push_back(finding.rule);
    }
    return rules;
}

std::string made_worse(const std::vector<std::string>& unsound, const HostLook& look) {
    for (const auto& finding : look.judgement.findings) {
        if (is_proven_broken(finding) && !is_among(unsound, finding.rule)) return finding.rule;
    }
    return {};
}

std::vector<std::string> other_causes(const PlanHost& host, const HostLook& look) {
    std::vector<std::string> rules;
    for (const auto& finding : look.judgement.findings) {
        if (is_proven_broken(finding) && finding.cause != Cause::unexplained &&
            !is_among(host.rules, finding.rule))
            rules.push_back(finding.rule);
    }
    return rules;
}

} // namespace rdpsweep
