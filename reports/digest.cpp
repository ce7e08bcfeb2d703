// Decides which attempt, finding and date speak for a host, and adds hosts up by them.
#include "reports/digest.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace rdpsweep {

namespace {

constexpr std::size_t reason_bytes = 120;
constexpr std::size_t kinds_kept = 1000; // of anything a host's text has a part in
constexpr std::size_t day_length = std::string_view("2026-11-23").size();

// The first time in text, wherever it stands: "expires 2026-12-01T00:00:00Z".
std::optional<std::int64_t> time_in(std::string_view text) {
    constexpr auto shortest = std::string_view("2026-11-23T03:00:00Z").size();
    for (std::size_t at = 0; at + shortest <= text.size(); ++at) {
        const bool starts_here = text[at] >= '0' && text[at] <= '9' && text[at + 4] == '-';
        const auto end = text.find('Z', at);
        if (end == text.npos) return std::nullopt;
        if (!starts_here) continue;
        if (const auto time = from_iso8601(text.substr(at, end - at + 1))) return time;
    }
    return std::nullopt;
}

// Returns the next date the evidence of the host's at-risk findings speaks of.
std::optional<std::int64_t> deadline_of(const HostResult& host, std::int64_t now) {
    std::optional<std::int64_t> first;
    for (const auto& finding : host.findings) {
        if (finding.verdict != Verdict::at_risk) continue;
        for (const auto& evidence : finding.evidence) {
            const auto time = time_in(evidence.observed);
            if (time && *time >= now && (!first || *time < *first)) first = time;
        }
    }
    return first;
}

// Tells whether there is room for one more kind, or the kind is known already.
template <class Kinds, class Key>
bool admits(const Kinds& kinds, const Key& key) {
    return kinds.size() < kinds_kept || kinds.contains(key);
}

// One host's own fingerprint or address must not stand for a whole row of hosts.
void keep_common(std::string_view text, bool first, std::string& common) {
    if (first) {
        common = text;
    } else if (common != text) {
        common.clear();
    }
}

// Adds each kind of note once a host, however many attempts made it.
void add_notes(const HostResult& host, std::map<std::string, Noted>& notes) {
    std::set<std::string_view> seen;
    for (const auto& attempt : host.attempts) {
        for (const auto& note : attempt.notes) {
            if (!seen.insert(note.key).second || !admits(notes, note.key)) continue;
            auto& noted = notes[note.key];
            if (noted.hosts.add(host.target.name, host.index)) noted.first = note;
        }
    }
}

} // namespace

bool Tally::add(std::string_view name, std::size_t place) {
    ++count;
    const auto before = std::lower_bound(places.begin(), places.end(), place);
    const auto at = before - places.begin();
    if (static_cast<std::size_t>(at) >= names_kept) return false;
    if (names.size() == names_kept) {
        names.pop_back();
        places.pop_back();
    }
    names.emplace(names.begin() + at, name);
    places.insert(places.begin() + at, place);
    return at == 0;
}

GroupKey key_of(const Group& group) {
    return {group.cause, group.verdict, group.signature};
}

GroupKey key_of(const HostResult& host) {
    return {host.root_cause, host.verdict, host.fingerprint};
}

const Attempt* deciding_attempt(const HostResult& host) noexcept {
    const Attempt* furthest = nullptr;
    for (const auto& attempt : host.attempts) {
        if (!attempt.error) continue;
        const bool further =
            furthest == nullptr || attempt.error->phase() >= furthest->error->phase();
        if (further) furthest = &attempt;
    }
    return furthest;
}

Obstacle obstacle_of(const HostResult& host) {
    const auto* attempt = deciding_attempt(host);
    if (attempt == nullptr) return {host.outcome, "", "", host.reason.substr(0, reason_bytes)};
    const auto& error = *attempt->error;
    return {
        host.outcome, std::string(rung(error.phase())), std::string(to_string(error.code())), ""};
}

const Finding* deciding_finding(const HostResult& host) noexcept {
    const bool judged = host.outcome == Outcome::assessed && host.verdict != Verdict::ok &&
                        host.verdict != Verdict::not_applicable;
    if (!judged) return nullptr;
    const Finding* best = nullptr;
    for (const auto& finding : host.findings) {
        const bool decides = finding.verdict == host.verdict &&
                             (finding.cause == host.root_cause || host.root_cause == Cause::none);
        if (!decides) continue;
        if (best == nullptr || finding.severity > best->severity) best = &finding;
    }
    return best;
}

std::string_view transport_used(const HostResult& host) noexcept {
    for (auto at = host.attempts.rbegin(); at != host.attempts.rend(); ++at) {
        if (!at->error) return at->transport;
    }
    return {};
}

void Digest::add(const HostResult& host, std::int64_t now) {
    add_notes(host, notes);
    if (host.outcome != Outcome::assessed) {
        auto& obstructed = not_assessed[obstacle_of(host)];
        obstructed.hosts.add(host.target.name, host.index);
        if (const auto* attempt = deciding_attempt(host)) {
            const bool first = obstructed.hosts.count == 1;
            keep_common(attempt->error->native(), first, obstructed.native);
            keep_common(attempt->error->hint(), first, obstructed.hint);
        }
        return;
    }
    if (const auto* finding = deciding_finding(host)) rules.emplace(key_of(host), finding->rule);
    if (host.verdict != Verdict::at_risk) return;
    const auto deadline = deadline_of(host, now);
    if (!deadline) return;
    const auto day = to_iso8601(*deadline).substr(0, day_length);
    if (admits(at_risk_by_day, day)) at_risk_by_day[day].add(host.target.name, host.index);
}

Tally CauseGroups::hosts() const {
    Tally tally;
    for (const auto* group : groups) {
        for (const auto& name : group->target_names)
            tally.add(name, tally.count);
    }
    return tally;
}

std::vector<CauseGroups> causes_of(const FleetReport& report) {
    std::map<Cause, CauseGroups> by_cause;
    for (const auto& group : report.groups) {
        if (group.verdict != Verdict::broken && group.verdict != Verdict::at_risk) continue;
        auto& cause = by_cause[group.cause];
        cause.cause = group.cause;
        auto& count = group.verdict == Verdict::broken ? cause.broken : cause.at_risk;
        count += group.target_names.size();
        cause.groups.push_back(&group);
    }
    std::vector<CauseGroups> causes;
    for (auto& [cause, groups] : by_cause)
        causes.push_back(std::move(groups));
    std::stable_sort(causes.begin(), causes.end(), [](const CauseGroups& a, const CauseGroups& b) {
        return std::pair(a.broken, a.at_risk) > std::pair(b.broken, b.at_risk);
    });
    return causes;
}

std::string rule_behind(const Digest& digest, const CauseGroups& cause) {
    if (cause.groups.empty()) return {};
    const auto rule = digest.rules.find(key_of(*cause.groups.front()));
    return rule == digest.rules.end() ? std::string() : rule->second;
}

std::vector<const Group*> not_judged(const FleetReport& report) {
    std::vector<const Group*> groups;
    for (const auto& group : report.groups) {
        if (group.verdict == Verdict::unknown) groups.push_back(&group);
    }
    return groups;
}

} // namespace rdpsweep
