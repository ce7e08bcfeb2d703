// Compares what a host shows with its plan, by the rules and the fixes themselves.
#include "scanner/fix/host_look.hpp"

#include "core/text.hpp"
#include "scanner/fix/host_worse.hpp"
#include "scanner/fix/plan_step.hpp"

#include <algorithm>
#include <cstdlib>

namespace rdpsweep {

namespace {

bool is_broken(const Judgement& judgement, std::string_view rule) {
    const auto* finding = finding_of(judgement, rule);
    return finding != nullptr && finding->verdict == Verdict::broken;
}

// Tells whether a change writes to what the plan writes to: there is no other to be held against
// its fixes. A rule that names one fault at a time may show another, milder one now.
bool is_of_plan(const PlanHost& host, const Change& change) {
    const auto resource = resource_of(change);
    return std::any_of(host.changes.begin(), host.changes.end(), [&](const Change& planned) {
        return iequals(resource_of(planned), resource);
    });
}

// Says what one fix has not brought about; empty: nothing, or this version does not know the fix.
std::string
left_by(const PlanHost& host, const Fix* fix, const FixChoices& choices, const HostLook& look) {
    if (fix == nullptr) return {};
    const auto prepared = prepare(*fix, look.facts, look.judgement.findings, choices);
    const auto* more = std::get_if<std::vector<Change>>(&prepared);
    const auto again = [&host](const Change& change) { return is_of_plan(host, change); };
    if (more != nullptr && std::any_of(more->begin(), more->end(), again))
        return "the fix " + std::string(fix->id) + " would still change something";
    return {};
}

// Says why a step is not as planned, where the steps before it have helped; empty when it is.
std::string step_drift(
    const PlanStep& step,
    const std::vector<Finding>& findings,
    const FixChoices& choices,
    const Facts& facts
) {
    std::vector<Change> changes;
    for (const auto& id : step.fixes) {
        const auto* fix = find_fix(id);
        if (fix == nullptr) return "this version has no fix " + id;
        auto prepared = prepare(*fix, facts, findings, choices);
        if (const auto* refused = std::get_if<Refusal>(&prepared))
            return refused->key == "fix.refused.not_needed" ? "it needs the fix " + id + " no more"
                                                            : "the fix " + id + " is refused now";
        for (auto& change : std::get<std::vector<Change>>(prepared))
            changes.push_back(std::move(change));
    }
    return changes == step.changes ? "" : "what would be changed is not what was planned";
}

} // namespace

bool is_planned_windows(const PlanHost& host, const HostLook& look) {
    return look.facts.os && look.facts.os->machine_guid == host.machine_guid;
}

std::string people_of(const HostLook& look) {
    const auto* fact = look.facts.sessions ? "people are logged on"
                                           : "who is logged on could not be read (/sessions)";
    return std::string(fact) + ", and TermService would restart: --despite-sessions does it anyway";
}

bool has_people(const HostLook& look) {
    // Who could not be seen may be there.
    return !look.facts.sessions || look.facts.sessions->active > 0;
}

std::string drift_of(const PlanHost& host, const FixChoices& choices, const HostLook& look) {
    if (!is_planned_windows(host, look)) return "another Windows answers there";
    std::vector<std::string> before;
    for (std::size_t i = 0; i < step_count(host); ++i) {
        const auto step = step_of(host, i);
        const auto findings = as_after(look.judgement.findings, before);
        auto drift = step_drift(step, findings, choices, look.facts);
        if (!drift.empty()) return drift;
        before.insert(before.end(), step.fixes.begin(), step.fixes.end());
    }
    return {};
}

std::variant<std::vector<Change>, std::string> changes_left(
    const PlanHost& host, std::size_t number, const FixChoices& choices, const HostLook& look
) {
    const auto step = step_of(host, number);
    std::vector<Change> left;
    for (const auto& id : step.fixes) {
        const auto* fix = find_fix(id);
        if (fix == nullptr) return "this version has no fix " + id;
        auto prepared = prepare(*fix, look.facts, look.judgement.findings, choices);
        if (const auto* refused = std::get_if<Refusal>(&prepared)) {
            if (refused->key == "fix.refused.not_needed") continue;
            return "the fix " + id + ", which comes next, is refused now";
        }
        for (auto& change : std::get<std::vector<Change>>(prepared)) {
            const auto& planned = step.changes;
            if (std::find(planned.begin(), planned.end(), change) == planned.end())
                return "what the fix " + id + " would change next is not what was planned";
            left.push_back(std::move(change));
        }
    }
    return left;
}

std::string left_undone(
    const PlanHost& host, std::size_t number, const FixChoices& choices, const HostLook& look
) {
    const auto done = steps_through(host, number);
    for (const auto& rule : done.rules) {
        if (is_broken(look.judgement, rule)) return rule + " is still broken";
    }
    for (const auto& id : done.fixes) {
        auto left = left_by(host, find_fix(id), choices, look);
        if (!left.empty()) return left;
    }
    return {};
}

std::string rdp_trouble(const PlanHost& host, const HostLook& look) {
    for (const auto& id : host.fixes) {
        const auto* fix = find_fix(id);
        const auto* settled =
            fix == nullptr ? nullptr : finding_of(look.judgement, fix->settled_by);
        if (settled != nullptr && settled->verdict >= Verdict::at_risk)
            return settled->rule + " is not content yet";
    }
    if (cures_rdp(host) && is_broken(look.judgement, "HANDSHAKE"))
        return "the RDP handshake inside still fails";
    return {};
}

bool cures_rdp(const PlanHost& host) {
    return std::any_of(host.fixes.begin(), host.fixes.end(), [](const std::string& id) {
        const auto* fix = find_fix(id);
        return fix == nullptr || fix->cures_rdp;
    });
}

bool shows_handshake(const HostLook& look) {
    const auto* inside = finding_of(look.judgement, "HANDSHAKE");
    return inside != nullptr && inside->verdict == Verdict::ok;
}

bool moves_rdp(const std::vector<Change>& changes) {
    return std::any_of(changes.begin(), changes.end(), [](const Change& change) {
        return change.kind == Change::Kind::value && change.name == "PortNumber";
    });
}

std::uint16_t moved_port(const PlanHost& host) {
    for (const auto& change : host.changes) {
        const auto parts = split(change.after, ':');
        if (change.kind == Change::Kind::firewall && parts.size() == 2)
            return static_cast<std::uint16_t>(std::strtoul(parts[1].c_str(), nullptr, 10));
    }
    return 0;
}

std::uint16_t port_before(const PlanHost& host) {
    constexpr std::uint16_t shipped = 3'389;
    for (const auto& change : host.changes) {
        const auto parts = split(change.before, ':');
        if (change.name == "PortNumber" && parts.size() == 2 && parts[0] == "dword")
            return static_cast<std::uint16_t>(std::strtoul(parts[1].c_str(), nullptr, 10));
    }
    return shipped;
}

} // namespace rdpsweep
