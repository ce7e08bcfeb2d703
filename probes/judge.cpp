// From findings to the host's verdict and its one root cause.
//
// - Host verdict: broken > at_risk > unknown > ok. Hygiene (severity low) never moves it. An
//   unknown finding moves it only when the rule can be critical or high: a VM whose serial console
//   settings could not be read is not unknown. not_applicable stands aside.
// - Root cause: the finding of the lowest rank among those that carry the verdict. A handshake that
//   fails although every other rule is content leaves only HANDSHAKE to carry "broken": the cause
//   is then "unexplained", even beside findings at risk, and the host is never called healthy.
//   Where all but one cause, or one group of facts, was read and found sound, that one is the
//   suspect (suspect.hpp).
// - A host without an RDP server (Nano Server) is not judged at all.
// - What was read from a disk that may be old is circumstantial (weaken.hpp).
#include "core/text.hpp"
#include "probes/fingerprint.hpp"
#include "probes/reading/disk_view.hpp"
#include "probes/reading/rule_support.hpp"
#include "probes/rule.hpp"
#include "probes/suspect.hpp"
#include "probes/weaken.hpp"

#include <algorithm>
#include <exception>

namespace rdpsweep {

namespace {

RuleTraits rule_traits(const Rule& rule) {
    return {rule.id, rule.cause, rule.article_step, Severity::critical};
}

Finding evaluate(const Rule& rule, const Facts& facts, const Policy& policy, std::int64_t now) {
    if (!has_rdp_server(facts)) return not_applicable(rule_traits(rule), no_server_key);
    // No function of ours throws, but the standard library may, on what a VM sent: one rule that
    // does must not take the others along.
    try {
        return rule.evaluate(facts, policy, now);
    } catch (const std::exception& error) {
        return unknown(rule_traits(rule), failed_key).with("why", printable(error.what(), 200));
    } catch (...) {
        return unknown(rule_traits(rule), failed_key).with("why", "unknown exception");
    }
}

bool carries(const Finding& finding) {
    switch (finding.verdict) {
    case Verdict::broken:
    case Verdict::at_risk:
        return finding.severity != Severity::low;
    case Verdict::unknown:
        return finding.severity >= Severity::high;
    case Verdict::ok:
        return true;
    case Verdict::not_applicable:
        break;
    }
    return false;
}

// Returns the host's verdict. With no ok finding either, nothing was learnt: unknown, unless
// nothing was to be judged at all.
Verdict verdict_of(std::span<const Finding> findings) {
    Verdict worst = Verdict::not_applicable;
    bool judged = false;
    for (const Finding& finding : findings) {
        judged = judged || finding.verdict != Verdict::not_applicable;
        if (carries(finding)) worst = std::max(worst, finding.verdict);
    }
    if (worst == Verdict::not_applicable && judged) return Verdict::unknown;
    return worst;
}

// Positions of the findings that carry verdict or a graver one than ok, the lowest rank first.
std::vector<std::size_t> by_rank(std::span<const Rule> rules, std::span<const Finding> findings) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        if (carries(findings[i]) && findings[i].verdict != Verdict::ok) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return rules[a].rank < rules[b].rank;
    });
    return order;
}

void add_secondary(Judgement& judgement, Cause cause) {
    // "unexplained" is the symptom of every other cause.
    if (cause == judgement.root_cause || cause == Cause::none || cause == Cause::unexplained)
        return;
    auto& causes = judgement.secondary_causes;
    if (std::find(causes.begin(), causes.end(), cause) == causes.end()) causes.push_back(cause);
}

void attribute(Judgement& judgement, std::span<const Rule> rules) {
    const auto order = by_rank(rules, judgement.findings);
    const auto deciding = std::find_if(order.begin(), order.end(), [&](std::size_t i) {
        return judgement.findings[i].verdict == judgement.verdict;
    });
    if (deciding != order.end()) judgement.summary = judgement.findings[*deciding].summary;
    if (judgement.verdict < Verdict::at_risk || deciding == order.end()) return;
    judgement.root_cause = judgement.findings[*deciding].cause;
    for (const std::size_t i : order) {
        if (judgement.findings[i].verdict >= Verdict::at_risk)
            add_secondary(judgement, judgement.findings[i].cause);
    }
}

// Returns what there is to say where no finding decides. Of a VM that was read from its disk nobody
// has seen that RDP answers, unless a client did.
Message default_summary(const Facts& facts, Verdict verdict) {
    if (verdict == Verdict::not_applicable) return {std::string(no_server_key), {}};
    if (verdict != Verdict::ok) return {"judge.nothing_read", {}};
    if (!read_from_disk(facts)) return {"judge.ok", {}};
    return {known_from_disk_alone(facts) ? "judge.disk" : "judge.disk_answers", {}};
}

} // namespace

Judgement
judge(std::span<const Rule> rules, const Facts& facts, const Policy& policy, std::int64_t now) {
    Judgement judgement;
    judgement.findings.reserve(rules.size());
    for (const Rule& rule : rules)
        judgement.findings.push_back(evaluate(rule, facts, policy, now));
    weaken(facts, judgement.findings);
    name_suspect(rules, facts, judgement.findings);
    judgement.verdict = verdict_of(judgement.findings);
    judgement.summary = default_summary(facts, judgement.verdict);
    attribute(judgement, rules);
    judgement.fingerprint =
        fingerprint(facts, judgement.root_cause, judgement.verdict, judgement.findings);
    return judgement;
}

Judgement judge(const Facts& facts, const Policy& policy, std::int64_t now) {
    return judge(all_rules(), facts, policy, now);
}

} // namespace rdpsweep
