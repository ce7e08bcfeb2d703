// Takes of a host what the comparison needs.
#include "reports/changes/seen_host.hpp"

#include "core/json_document.hpp"
#include "core/json_piece.hpp"
#include "core/moments.hpp"
#include "core/text.hpp"
#include "reports/digest.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

// Returns the GUID of the host's Windows; empty where its facts have none.
std::string guid_in(const std::string& facts_json) {
    if (facts_json.empty()) return {};
    std::string facts;
    facts.reserve(facts_json.size() + json_room);
    facts = facts_json;
    const auto quoted = json_piece(facts, {"os", "machine_guid"});
    if (!quoted || quoted->size() < 3 || quoted->front() != '"') return {};
    constexpr std::size_t guid_length = 36; // what is longer is none
    const auto guid = quoted->substr(1, quoted->size() - 2);
    return guid.size() == guid_length ? ascii_lower(guid) : std::string();
}

} // namespace

std::uint32_t RuleNames::number_of(std::string_view rule) {
    if (const auto known = numbers_.find(rule); known != numbers_.end()) return known->second;
    const auto number = static_cast<std::uint32_t>(names_.size());
    names_.emplace_back(rule);
    numbers_.emplace(names_.back(), number);
    return number;
}

SeenHost seen(const HostResult& host, RuleNames& rules) {
    SeenHost kept;
    kept.id = host.target.id.empty() ? host.target.name : host.target.id;
    kept.name = host.target.name;
    kept.outcome = host.outcome;
    if (!kept.assessed()) {
        const auto obstacle = obstacle_of(host);
        kept.rung = obstacle.rung;
        kept.code = obstacle.code;
        return kept;
    }
    kept.verdict = host.verdict;
    kept.cause = host.root_cause;
    kept.machine_guid = guid_in(host.facts_json);
    kept.findings.reserve(host.findings.size());
    for (const auto& finding : host.findings) {
        kept.findings.push_back(
            {rules.number_of(finding.rule), finding.verdict, finding.severity, steady_hash(finding)}
        );
    }
    const auto by_rule = [](const SeenFinding& a, const SeenFinding& b) { return a.rule < b.rule; };
    std::stable_sort(kept.findings.begin(), kept.findings.end(), by_rule);
    const auto same_rule = [](const auto& a, const auto& b) { return a.rule == b.rule; };
    const auto twice = std::unique(kept.findings.begin(), kept.findings.end(), same_rule);
    kept.findings.erase(twice, kept.findings.end());
    return kept;
}

std::size_t troubles_of(const SeenHost& host) {
    return static_cast<std::size_t>(std::count_if(
        host.findings.begin(),
        host.findings.end(),
        [](const SeenFinding& finding) { return finding.bad(); }
    ));
}

} // namespace rdpsweep
