// The table of fixes. A new fix is one line here.
#include "core/text.hpp"
#include "probes/fix/fixes.hpp"
#include "probes/fix/guards.hpp"
#include "probes/reading/disk_view.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

// Returns what the fix might cure, the gravest first: not every case of a rule has a fix.
std::vector<const Finding*> complaints_of(const Fix& fix, std::span<const Finding> findings) {
    std::vector<const Finding*> complaints;
    for (const auto& finding : findings) {
        if (fix.cures(finding.rule) && finding.verdict >= Verdict::at_risk)
            complaints.push_back(&finding);
    }
    std::stable_sort(complaints.begin(), complaints.end(), [](const Finding* a, const Finding* b) {
        return a->verdict > b->verdict;
    });
    return complaints;
}

// Matches '*' in pattern with any text; the rest is compared without case, as Windows does.
bool matches(std::string_view pattern, std::string_view text) {
    const auto star = pattern.find('*');
    if (star == std::string_view::npos) return iequals(pattern, text);
    const auto head = pattern.substr(0, star), tail = pattern.substr(star + 1);
    return text.size() >= head.size() + tail.size() && iequals(head, text.substr(0, star)) &&
           iequals(tail, text.substr(text.size() - tail.size()));
}

// Returns what has to be cured before, or null. A rule stands in the way when it is broken; cases
// of one ("SVC.STATE.*") as soon as they are at risk.
const Finding* obstacle_of(const Fix& fix, std::span<const Finding> findings) {
    for (const auto& finding : findings) {
        const bool named = std::any_of(fix.first.begin(), fix.first.end(), [&](auto entry) {
            return (entry == finding.rule && finding.verdict == Verdict::broken) ||
                   (finding.verdict >= Verdict::at_risk && matches(entry, finding.summary.key));
        });
        if (named) return &finding;
    }
    return nullptr;
}

// Returns the refusal that names what comes first, and how it is cured.
Refusal refuse_for(const Finding& obstacle) {
    const auto* cure = fix_of(obstacle.rule);
    if (cure == nullptr) return {"fix.refused.first_by_hand", {{"rule", obstacle.rule}}};
    return {"fix.refused.first", {{"rule", obstacle.rule}, {"fix", std::string(cure->id)}}};
}

} // namespace

bool Fix::cures(std::string_view rule) const noexcept {
    return std::find(rules.begin(), rules.end(), rule) != rules.end();
}

std::string_view to_string(Risk risk) noexcept {
    return risk == Risk::low ? "low" : risk == Risk::medium ? "medium" : "high";
}

std::string_view to_string(Restart restart) noexcept {
    switch (restart) {
    case Restart::none:
        return "none";
    case Restart::if_still_failing:
        return "if_still_failing";
    case Restart::needed:
        return "needed";
    }
    return "none";
}

std::span<const Fix> all_fixes() noexcept {
    static const Fix fixes[] = {
        tls12_fix(),
        tls13_fix(),
        nla_fix(),
        allow_rdp_fix(),
        listener_fix(),
        key_acl_fix(),
        key_folder_fix(),
        unpin_fix(),
        services_fix(),
        renew_fix(),
        store_acl_fix(),
        account_fix(),
        port_fix(),
        port_rule_fix(),
        lan_adapter_fix(),
        gpsvc_fix(),
        ems_fix(),
        dump_fix(),
    };
    return fixes;
}

const Fix* find_fix(std::string_view id) noexcept {
    for (const auto& fix : all_fixes()) {
        if (fix.id == id) return &fix;
    }
    return nullptr;
}

const Fix* fix_of(std::string_view rule) noexcept {
    for (const auto& fix : all_fixes()) {
        if (fix.cures(rule)) return &fix;
    }
    return nullptr;
}

bool covers(const Fix& fix, std::string_view resource) noexcept {
    return std::any_of(fix.declared.begin(), fix.declared.end(), [&](std::string_view pattern) {
        return matches(pattern, resource);
    });
}

std::variant<std::vector<Change>, Refusal> prepare(
    const Fix& fix, const Facts& facts, std::span<const Finding> findings, const FixChoices& choices
) {
    const auto complaints = complaints_of(fix, findings);
    if (complaints.empty()) return Refusal{"fix.refused.not_needed", {}};
    if (read_from_disk(facts)) return Refusal{"fix.refused.offline", {}};
    if (auto refused = refuse_controller(facts, complaints.front()->rule))
        return *std::move(refused);
    if (const auto* obstacle = obstacle_of(fix, findings)) return refuse_for(*obstacle);
    auto prepared = fix.prepare(facts, *complaints.front(), choices);
    for (const auto* other : complaints) {
        if (std::holds_alternative<std::vector<Change>>(prepared)) break;
        if (other != complaints.front()) prepared = fix.prepare(facts, *other, choices);
    }
    const auto* changes = std::get_if<std::vector<Change>>(&prepared);
    if (changes == nullptr) return prepared;
    if (changes->empty()) return Refusal{"fix.refused.other_case", {}};
    if (const auto name = managed_value(facts, *changes); !name.empty())
        return Refusal{"fix.refused.managed", {{"value", name}}};
    for (const auto& change : *changes) {
        // What a host sent (a file's name) may not lead anywhere else.
        if (!covers(fix, resource_of(change)) ||
            change.place.find_first_of("|\r\n/") != std::string::npos ||
            change.place.find("..") != std::string::npos)
            return Refusal{"fix.refused.rights_unclear", {{"path", change.place}}};
    }
    return prepared;
}

} // namespace rdpsweep
