// Meets the hosts of both runs by their ids, and counts each once.
#include "reports/changes/difference_builder.hpp"

#include <algorithm>
#include <utility>

namespace rdpsweep {

namespace {

bool is_listed(const FindingChange& finding) {
    return finding.word != FindingWord::unchanged && finding.word != FindingWord::persisting;
}

} // namespace

DifferenceBuilder::DifferenceBuilder(
    RunInfo before, RunInfo after, Terms terms, std::span<const std::string> had_rules
)
    : terms_(std::move(terms)) {
    difference_.before = std::move(before);
    difference_.after = std::move(after);
    note_rules(had_rules, had_rules_);
    terms_.had_rule = [this](std::uint32_t rule) { return had_rules_.has(rule); };
    terms_.past_had_rule = [this](std::uint32_t rule) { return past_rules_.has(rule); };
}

void DifferenceBuilder::note_rules(std::span<const std::string> rules, RuleSet& had) {
    for (const auto& rule : rules)
        had.add(difference_.rules.number_of(rule));
}

// Returns where hosts of its kind are counted; null for those that are well.
KindOfTrouble* DifferenceBuilder::kind_of(const HostResult& host) {
    if (host.outcome != Outcome::assessed || host.verdict == Verdict::ok) return nullptr;
    return &difference_.kinds[key_of(host)];
}

void DifferenceBuilder::add_before(const HostResult& host) {
    Entry entry;
    entry.host = seen(host, difference_.rules);
    for (const auto& finding : entry.host.findings)
        had_rules_.add(finding.rule);
    entry.kind = kind_of(host);
    auto id = entry.host.id;
    if (!before_.emplace(std::move(id), std::move(entry)).second) {
        ++difference_.repeated;
        return;
    }
    ++difference_.hosts_before;
    auto* kind = kind_of(host);
    if (kind == nullptr) return;
    ++kind->before;
    if (!kind->names.add(host.target.name, host.index)) return;
    const auto* finding = deciding_finding(host);
    kind->summary = finding == nullptr ? Message{} : finding->summary;
}

DifferenceBuilder::Arrived DifferenceBuilder::arrived(const HostResult& host) {
    Arrived after;
    after.host = seen(host, difference_.rules);
    after.index = host.index;
    after.kind = kind_of(host);
    after.traits = traits_of(host);
    for (const auto& finding : host.findings) {
        if (finding.verdict >= Verdict::unknown)
            after.says[difference_.rules.number_of(finding.rule)] = finding.summary;
    }
    return after;
}

void DifferenceBuilder::add_after(const HostResult& host) {
    auto after = arrived(host);
    const auto known = before_.find(after.host.id);
    const bool again = known == before_.end() ? !only_after_.insert(after.host.id).second
                                              : std::exchange(known->second.met, true);
    if (again) {
        ++difference_.repeated;
        return;
    }
    ++difference_.hosts_after;
    if (after.kind != nullptr) ++after.kind->after;
    difference_.shares.add_to_fleet(after.traits);
    if (known == before_.end()) {
        conclude(nullptr, &after, nullptr);
        return;
    }
    ++difference_.hosts_both;
    if (known->second.host.assessed())
        conclude(&known->second, &after, nullptr);
    else
        waiting_.emplace(known->first, std::move(after));
}

void DifferenceBuilder::conclude(const Entry* before, const Arrived* after, const OlderLook* past) {
    std::optional<SeenHost> past_host;
    if (past != nullptr && past->assessed) past_host = seen(*past->assessed, difference_.rules);
    const auto* last = past_host ? &*past_host : nullptr;
    past_rules_.clear();
    if (past != nullptr) note_rules(past->rules, past_rules_);
    const auto* was = before == nullptr ? nullptr : &before->host;
    const auto change = compare(was, after == nullptr ? nullptr : &after->host, last, terms_);
    if (was != nullptr && was->assessed()) last = was;
    count(change, last, after);
    count_kind(before, after);
    std::string since;
    if (change.word == HostWord::reassessable && past_host) since = past->run;
    if (change.word == HostWord::still_unassessable)
        since = past != nullptr && !past->since.empty() ? past->since : difference_.before.id;
    list(change, before, after, std::move(since));
}

void DifferenceBuilder::count(
    const HostChange& change, const SeenHost* last, const Arrived* after
) {
    ++difference_.hosts[change.word];
    bool news = false;
    for (const auto& finding : change.findings) {
        ++(finding.hygiene ? difference_.hygiene : difference_.findings)[finding.word];
        if (finding.before >= Verdict::at_risk) ++difference_.trouble_worded;
        news = news || finding.is_news();
    }
    const bool assessed = after != nullptr && after->host.assessed();
    // Of a host that cannot be compared nothing has a word: not even what was found before.
    if (last != nullptr && (change.compared || !assessed))
        difference_.trouble_before += troubles_of(*last);
    if (news) {
        ++difference_.with_news;
        difference_.shares.add(Shares::Affected::by_news, after->traits);
    }
    if (change.word == HostWord::became_unassessable)
        difference_.shares.add(Shares::Affected::by_silence, after->traits);
    if (assessed && !change.compared && change.word != HostWord::not_compared &&
        after->host.verdict >= Verdict::at_risk)
        ++difference_.first_bad;
}

void DifferenceBuilder::count_kind(const Entry* before, const Arrived* after) const {
    if (before == nullptr || before->kind == nullptr) return;
    if (after == nullptr) {
        if (!terms_.may_leave) ++before->kind->unverified;
    } else if (!after->host.assessed()) {
        ++before->kind->unverified;
    } else if (after->kind == before->kind) {
        ++before->kind->both;
    }
}

void DifferenceBuilder::list(
    const HostChange& change, const Entry* before, const Arrived* after, std::string since
) {
    const auto& host = after != nullptr ? after->host : before->host;
    ChangedHost changed;
    for (const auto& finding : change.findings) {
        if (finding.word != FindingWord::unchanged) group(finding, host.name, after);
        if (is_listed(finding)) changed.findings.push_back(finding);
    }
    if (change.word == HostWord::same) return;
    changed.index = after != nullptr ? after->index : ChangedHost::nowhere;
    changed.name = host.name;
    changed.word = change.word;
    changed.since = std::move(since);
    if (after != nullptr) {
        changed.assessed = host.assessed();
        changed.verdict = host.verdict;
        changed.rung = host.rung;
        changed.code = host.code;
    }
    difference_.changed.push_back(std::move(changed));
}

void DifferenceBuilder::group(
    const FindingChange& finding, std::string_view name, const Arrived* after
) {
    auto& group = groups_[{finding.word, finding.rule, finding.hygiene}];
    // What the later run does not have comes behind all that it has.
    const auto place = after != nullptr ? after->index : ChangedHost::nowhere - 1;
    if (!group.hosts.add(name, place) || after == nullptr) return;
    const auto says = after->says.find(finding.rule);
    if (says != after->says.end()) group.now = says->second;
}

Status DifferenceBuilder::conclude_waiting(OlderRuns& older) {
    std::vector<std::string> ids;
    ids.reserve(waiting_.size());
    for (const auto& [id, host] : waiting_)
        ids.push_back(id);
    std::sort(ids.begin(), ids.end());
    if (ids.empty()) return {};
    auto looked = older.look(ids, [this](const OlderLook& host) {
        const auto waiting = waiting_.find(host.id);
        if (waiting == waiting_.end()) return;
        conclude(&before_.at(host.id), &waiting->second, &host);
        waiting_.erase(waiting);
    });
    if (!looked) return looked;
    for (const auto& id : ids) {
        const auto waiting = waiting_.find(id);
        if (waiting != waiting_.end()) conclude(&before_.at(id), &waiting->second, nullptr);
    }
    return {};
}

// Concludes the hosts that only the earlier run has.
void DifferenceBuilder::conclude_rest() {
    std::vector<const Entry*> left;
    for (const auto& [id, entry] : before_) {
        if (!entry.met) left.push_back(&entry);
    }
    std::sort(left.begin(), left.end(), [](const Entry* a, const Entry* b) {
        return a->host.name < b->host.name;
    });
    for (const auto* entry : left)
        conclude(entry, nullptr, nullptr);
}

void DifferenceBuilder::sort_lists() {
    auto& changed = difference_.changed;
    std::stable_sort(changed.begin(), changed.end(), [](const auto& a, const auto& b) {
        return a.index < b.index;
    });
    auto& groups = difference_.groups;
    for (const auto word : all_finding_words()) {
        const auto first = groups.size();
        for (auto& [key, group] : groups_) {
            if (std::get<0>(key) != word) continue;
            group.word = word;
            group.rule = difference_.rules.word_of(std::get<1>(key));
            group.hygiene = std::get<2>(key);
            groups.push_back(std::move(group));
        }
        const auto begin = groups.begin() + static_cast<std::ptrdiff_t>(first);
        std::stable_sort(begin, groups.end(), [](const auto& a, const auto& b) {
            return a.hygiene != b.hygiene ? b.hygiene : a.hosts.count > b.hosts.count;
        });
    }
}

Result<Difference> DifferenceBuilder::finish(OlderRuns& older) && {
    auto looked = conclude_waiting(older);
    if (!looked) return std::move(looked).error();
    conclude_rest();
    sort_lists();
    return std::move(difference_);
}

} // namespace rdpsweep
