// Takes of a host what the comparison needs.
#include "reports/changes/seen_host.hpp"

#include "core/moments.hpp"
#include "core/same_host.hpp"
#include "reports/digest.hpp"

#include <algorithm>

namespace rdpsweep {

SeenHost seen(const HostResult& host, WordTable& rules) {
    SeenHost kept;
    kept.id = uid_of(host);
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
    kept.machine_guid = machine_guid_of(host);
    kept.findings.reserve(host.findings.size());
    for (const auto* finding : one_a_rule(host)) {
        const auto rule = rules.number_of(finding->rule);
        kept.findings.push_back({rule, finding->verdict, finding->severity, steady_hash(*finding)});
    }
    const auto by_rule = [](const SeenFinding& a, const SeenFinding& b) { return a.rule < b.rule; };
    std::sort(kept.findings.begin(), kept.findings.end(), by_rule);
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
