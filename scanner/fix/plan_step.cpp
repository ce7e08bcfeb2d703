// Cuts a host's fixes, rules and changes into its steps.
#include "scanner/fix/plan_step.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

// Returns where a step begins: the sum of those before it.
StepSize start_of(const PlanHost& host, std::size_t number) {
    StepSize start;
    for (std::size_t i = 0; i < std::min(number, host.steps.size()); ++i) {
        start.fixes += host.steps[i].fixes;
        start.rules += host.steps[i].rules;
        start.changes += host.steps[i].changes;
    }
    return start;
}

template <class Element>
std::vector<Element> part(const std::vector<Element>& all, std::size_t from, std::size_t to) {
    const auto begin = all.begin();
    return {
        begin + static_cast<std::ptrdiff_t>(std::min(from, all.size())),
        begin + static_cast<std::ptrdiff_t>(std::min(to, all.size()))};
}

Restart restart_of(const std::vector<std::string>& fixes) {
    auto restart = Restart::none;
    for (const auto& id : fixes) {
        if (const auto* fix = find_fix(id)) restart = std::max(restart, fix->restart);
    }
    return restart;
}

PlanStep between(const PlanHost& host, std::size_t first, std::size_t end) {
    if (host.steps.empty()) return {host.fixes, host.rules, host.changes, host.restart};
    const auto from = start_of(host, first), to = start_of(host, end);
    PlanStep step;
    step.fixes = part(host.fixes, from.fixes, to.fixes);
    step.rules = part(host.rules, from.rules, to.rules);
    step.changes = part(host.changes, from.changes, to.changes);
    step.restart = restart_of(step.fixes);
    return step;
}

} // namespace

std::size_t step_count(const PlanHost& host) noexcept {
    return std::max<std::size_t>(1, host.steps.size());
}

PlanStep step_of(const PlanHost& host, std::size_t number) {
    return between(host, number, number + 1);
}

PlanStep steps_through(const PlanHost& host, std::size_t last) {
    return between(host, 0, last + 1);
}

bool steps_add_up(const PlanHost& host) noexcept {
    if (host.steps.empty()) return true;
    std::size_t fixes = 0, rules = 0, changes = 0;
    for (const auto& step : host.steps) {
        const bool sound = step.fixes > 0 && step.fixes <= host.fixes.size() - fixes &&
                           step.rules > 0 && step.rules <= host.rules.size() - rules &&
                           step.changes > 0 && step.changes <= host.changes.size() - changes;
        if (!sound) return false;
        fixes += step.fixes;
        rules += step.rules;
        changes += step.changes;
    }
    return fixes == host.fixes.size() && rules == host.rules.size() &&
           changes == host.changes.size();
}

void add_step(PlanHost& host, PlanStep step) {
    host.steps.push_back({step.fixes.size(), step.rules.size(), step.changes.size()});
    for (auto& fix : step.fixes)
        host.fixes.push_back(std::move(fix));
    for (auto& rule : step.rules)
        host.rules.push_back(std::move(rule));
    for (auto& change : step.changes)
        host.changes.push_back(std::move(change));
    host.restart = std::max(host.restart, step.restart);
}

std::vector<Finding>
as_after(std::span<const Finding> findings, std::span<const std::string> fixes) {
    std::vector<Finding> after(findings.begin(), findings.end());
    for (auto& finding : after) {
        const auto* fix = fix_of(finding.rule);
        const bool cured =
            fix != nullptr && std::find(fixes.begin(), fixes.end(), fix->id) != fixes.end();
        if (cured && finding.verdict >= Verdict::at_risk) finding.verdict = Verdict::ok;
    }
    return after;
}

} // namespace rdpsweep
