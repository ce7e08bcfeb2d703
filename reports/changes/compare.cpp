// Reads the table from above: the first row that fits decides.
#include "reports/changes/compare.hpp"

#include <algorithm>
#include <utility>

namespace rdpsweep {

namespace {

// Orders trouble: broken above at risk, then by severity.
std::pair<Verdict, Severity> gravity(const SeenFinding& finding) noexcept {
    return {finding.verdict, finding.severity};
}

FindingWord word_of_trouble(const SeenFinding& before, const SeenFinding* after) noexcept {
    if (after == nullptr) return FindingWord::unverified_since;
    switch (after->verdict) {
    case Verdict::ok:
        return FindingWord::fixed;
    case Verdict::unknown:
        return FindingWord::unknown_now;
    case Verdict::not_applicable:
        return FindingWord::unverified_since;
    case Verdict::at_risk:
    case Verdict::broken:
        break;
    }
    if (gravity(*after) > gravity(before)) return FindingWord::worsened;
    if (gravity(*after) < gravity(before)) return FindingWord::eased;
    return after->text == before.text ? FindingWord::persisting : FindingWord::changed_evidence;
}

// Of what was not bad before; what the run then had nothing of is as if it did not apply.
FindingWord word_of_calm(const SeenFinding* before, const SeenFinding* after) noexcept {
    const auto was = before == nullptr ? Verdict::not_applicable : before->verdict;
    const auto is = after == nullptr ? Verdict::not_applicable : after->verdict;
    if (was == Verdict::unknown && is != Verdict::unknown && is != Verdict::not_applicable)
        return FindingWord::known_again;
    if (is >= Verdict::at_risk) return FindingWord::fresh;
    if (is == Verdict::unknown && was != Verdict::unknown) return FindingWord::unknown_now;
    if (before == nullptr || after == nullptr) return FindingWord::unchanged;
    return before->text == after->text ? FindingWord::unchanged : FindingWord::changed_evidence;
}

FindingWord word_of(const SeenFinding* before, const SeenFinding* after, bool had_rule) noexcept {
    if (before == nullptr && !had_rule) {
        const bool tells = after->bad() || after->verdict == Verdict::unknown;
        return tells ? FindingWord::judged_first : FindingWord::unchanged;
    }
    if (before != nullptr && before->bad()) return word_of_trouble(*before, after);
    return word_of_calm(before, after);
}

// Says of each trouble of a look that nothing judged it this time.
void keep_unverified(const SeenHost* before, HostChange& change) {
    if (before == nullptr || !before->assessed()) return;
    for (const auto& finding : before->findings) {
        if (!finding.bad()) continue;
        auto kept = compare(&finding, nullptr, true);
        kept.word = FindingWord::unverified_since;
        change.findings.push_back(kept);
    }
}

// Walks through both lists at once; both are by rule.
void compare_findings(
    const SeenHost& before, const SeenHost& after, const Terms& terms, HostChange& change
) {
    change.compared = true;
    change.findings.reserve(after.findings.size());
    auto old = before.findings.begin();
    auto now = after.findings.begin();
    while (old != before.findings.end() || now != after.findings.end()) {
        const bool old_only =
            now == after.findings.end() || (old != before.findings.end() && old->rule < now->rule);
        const bool now_only =
            old == before.findings.end() || (now != after.findings.end() && now->rule < old->rule);
        const auto* was = now_only ? nullptr : &*old++;
        const auto* is = old_only ? nullptr : &*now++;
        const auto rule = was != nullptr ? was->rule : is->rule;
        const bool had_rule = was != nullptr || !terms.had_rule || terms.had_rule(rule);
        change.findings.push_back(compare(was, is, had_rule));
    }
}

HostWord word_of_findings(const std::vector<FindingChange>& findings) {
    bool better = false;
    bool changed = false;
    for (const auto& [rule, word, before, after, hygiene] : findings) {
        const bool known_bad = word == FindingWord::known_again && after >= Verdict::at_risk;
        const bool worse = word == FindingWord::fresh || word == FindingWord::worsened || known_bad;
        if (worse && !hygiene) return HostWord::worse;
        const bool eased = word == FindingWord::fixed || word == FindingWord::eased;
        better = better || (eased && !hygiene);
        changed = changed || (word != FindingWord::persisting && word != FindingWord::unchanged);
    }
    if (better) return HostWord::better;
    return changed ? HostWord::changed : HostWord::same;
}

bool is_rebuilt(const SeenHost& before, const SeenHost& after) {
    return !before.machine_guid.empty() && !after.machine_guid.empty() &&
           before.machine_guid != after.machine_guid;
}

HostChange with_unverified(HostWord word, const SeenHost* before) {
    HostChange change{word, false, {}};
    keep_unverified(before, change);
    return change;
}

// Of a host that the later run assessed, and that was not assessed in the earlier one: it is
// compared by the rules that judged it last.
HostChange compare_again(const SeenHost* past, const SeenHost& after, const Terms& given) {
    HostChange change{HostWord::reassessable, false, {}};
    Terms terms;
    terms.had_rule = [&given](std::uint32_t rule) {
        return given.past_had_rule && given.past_had_rule(rule);
    };
    if (past != nullptr && past->assessed() && !is_rebuilt(*past, after))
        compare_findings(*past, after, terms, change);
    return change;
}

} // namespace

bool FindingChange::is_news() const noexcept {
    if (hygiene) return false;
    return word == FindingWord::fresh ||
           (word == FindingWord::known_again && after >= Verdict::at_risk);
}

FindingChange compare(const SeenFinding* before, const SeenFinding* after, bool had_rule) noexcept {
    FindingChange change;
    change.rule = before != nullptr ? before->rule : after->rule;
    change.word = word_of(before, after, had_rule);
    if (before != nullptr) change.before = before->verdict;
    if (after != nullptr) change.after = after->verdict;
    // A severity counts where it is that of trouble.
    const bool grave_before =
        before != nullptr && before->bad() && before->severity != Severity::low;
    const bool grave_after = after != nullptr && after->bad() && after->severity != Severity::low;
    const bool trouble = (before != nullptr && before->bad()) || (after != nullptr && after->bad());
    change.hygiene = trouble && !grave_before && !grave_after;
    return change;
}

HostChange
compare(const SeenHost* before, const SeenHost* after, const SeenHost* past, const Terms& terms) {
    if (before == nullptr)
        return {terms.may_join ? HostWord::joined : HostWord::not_compared, false, {}};
    const auto* last = before->assessed() ? before : past;
    if (after == nullptr)
        return with_unverified(terms.may_leave ? HostWord::left : HostWord::not_compared, last);
    if (after->outcome == Outcome::skipped) return with_unverified(HostWord::skipped, last);
    if (!after->assessed()) {
        const auto word =
            before->assessed() ? HostWord::became_unassessable : HostWord::still_unassessable;
        return with_unverified(word, last);
    }
    if (!before->assessed()) return compare_again(past, *after, terms);
    if (is_rebuilt(*before, *after)) return {HostWord::rebuilt, false, {}};
    HostChange change;
    compare_findings(*before, *after, terms, change);
    change.word = word_of_findings(change.findings);
    return change;
}

} // namespace rdpsweep
