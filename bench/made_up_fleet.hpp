// VMs that exist nowhere, for what measures runs and their history: as large as a sweep of the
// simulated fleet leaves them, and drifting from night to night.
#pragma once

#include "core/outcome.hpp"

#include <random>
#include <string>
#include <vector>

namespace rdpsweep::bench {

using Random = std::mt19937;

inline constexpr std::size_t rules = 31;

inline std::string rule_name(std::size_t rule) {
    return "GROUP.RULE" + std::to_string(rule);
}

// Returns what a rule found; value: what it saw in each of those places.
inline Finding finding(
    Random& random,
    std::size_t rule,
    const std::string& value,
    std::initializer_list<const char*> places
) {
    constexpr Verdict verdicts[] = {
        Verdict::ok, Verdict::ok, Verdict::ok, Verdict::broken, Verdict::at_risk};
    Finding made;
    made.rule = rule_name(rule);
    made.verdict = verdicts[random() % 5];
    made.severity = static_cast<Severity>(random() % 4);
    made.summary.key = made.rule + ".key" + std::to_string(random() % 3);
    for (const auto* place : places) {
        made.evidence.push_back(
            {place, "the value that was read there is " + value, "the value that is right"}
        );
    }
    return made;
}

// Returns an assessed VM; find(random, rule) makes its findings.
template <class Find>
HostResult host(Random& random, std::size_t index, Find find) {
    HostResult made;
    made.index = index;
    made.target.name = "vm-" + std::to_string(index);
    made.target.id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/"
                     "fleet/providers/microsoft.compute/virtualmachines/" +
                     made.target.name;
    made.outcome = Outcome::assessed;
    made.verdict = Verdict::ok;
    made.fingerprint = std::string(60, 'f') + std::to_string(1000 + index % 300);
    made.attempts.emplace_back().transport = "winrm";
    for (std::size_t rule = 0; rule < rules; ++rule)
        made.findings.push_back(find(random, rule));
    return made;
}

// One finding in 100 is another one than the night before, and one host in 50 does not answer.
template <class Find>
void drift(Random& random, std::vector<HostResult>& hosts, Find find) {
    for (auto& one : hosts) {
        one.outcome = random() % 50 == 0 ? Outcome::unreachable : Outcome::assessed;
        for (std::size_t rule = 0; rule < rules; ++rule) {
            if (random() % 100 == 0) one.findings[rule] = find(random, rule);
        }
    }
}

} // namespace rdpsweep::bench
