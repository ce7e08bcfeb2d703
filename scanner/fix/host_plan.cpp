// Picks fixes by the rules they cure, and the fixes that have to come before them.
#include "scanner/fix/host_plan.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace rdpsweep {

namespace {

bool is_named(std::string_view fix, const PlanWishes& wishes) {
    return std::find(wishes.fixes.begin(), wishes.fixes.end(), fix) != wishes.fixes.end();
}

// Tells whether a finding is one that was asked to be cured.
bool wanted(const Fix& fix, const Finding& finding, const PlanWishes& wishes) {
    if (finding.verdict < Verdict::at_risk) return false;
    if (wishes.fixes.empty()) return finding.verdict == Verdict::broken && !fix.by_name_only;
    return is_named(fix.id, wishes);
}

// Tells whether a finding makes its host broken.
bool breaks_host(const Finding& finding) {
    return finding.verdict == Verdict::broken && finding.severity != Severity::low;
}

class Picker {
public:
    Picker(const Facts& facts, std::span<const Finding> findings, const PlanWishes& wishes)
        : facts_(facts), findings_(findings), wishes_(wishes) {}

    HostPlan plan() {
        for (const auto& finding : findings_) {
            const auto* fix = fix_of(finding.rule);
            if (fix != nullptr && wanted(*fix, finding, wishes_)) pick(*fix);
        }
        HostPlan plan;
        for (std::size_t level = 0; has_level(level); ++level)
            plan.steps.push_back(step_at(level));
        for (const auto& finding : findings_)
            leave_out(finding, plan.left);
        return plan;
    }

private:
    struct Picked {
        const Fix* fix;
        std::size_t level; // the step it is in
        std::vector<Change> changes;
    };

    // Picks a fix with all that has to come before it. Returns its step; nothing when it is
    // refused.
    std::optional<std::size_t> pick(const Fix& fix) {
        if (const auto* known = picked(fix)) return known->level;
        if (refused_.contains(fix.id)) return {};
        const auto known = picked_.size();
        std::size_t level = 0;
        std::vector<std::string> before;
        for (;;) {
            auto prepared = prepare(fix, facts_, as_after(findings_, before), wishes_.choices);
            if (auto* changes = std::get_if<std::vector<Change>>(&prepared)) {
                refused_.erase(fix.id);
                picked_.push_back({&fix, level, std::move(*changes)});
                return level;
            }
            auto refusal = std::get<Refusal>(std::move(prepared));
            const auto* other = obstacle_of(refusal);
            refused_.insert_or_assign(fix.id, std::move(refusal));
            const bool may = other != nullptr && may_come_along(*other, before);
            const auto earlier = may ? pick(*other) : std::nullopt;
            if (!earlier) {
                forget_since(known);
                return {};
            }
            level = std::max(level, *earlier + 1);
            before.emplace_back(other->id);
        }
    }

    // Drops the fixes that came along for nothing.
    void forget_since(std::size_t known) {
        const auto from = picked_.begin() + static_cast<std::ptrdiff_t>(known);
        const auto vain = [this](const Picked& one) {
            return std::none_of(findings_.begin(), findings_.end(), [&](const Finding& finding) {
                return one.fix->cures(finding.rule) && wanted(*one.fix, finding, wishes_);
            });
        };
        picked_.erase(std::remove_if(from, picked_.end(), vain), picked_.end());
    }

    // Returns the fix that has to come first, if that is why.
    static const Fix* obstacle_of(const Refusal& refusal) {
        const auto rule = refusal.arguments.find("rule");
        if (refusal.key != "fix.refused.first" || rule == refusal.arguments.end()) return nullptr;
        return fix_of(rule->second);
    }

    // Tells whether another fix, not among those that are assumed already, is made for the sake of
    // one that was asked for.
    [[nodiscard]] bool
    may_come_along(const Fix& other, const std::vector<std::string>& before) const {
        if (std::find(before.begin(), before.end(), other.id) != before.end()) return false;
        return wishes_.fixes.empty() ? !other.by_name_only : is_named(other.id, wishes_);
    }

    [[nodiscard]] const Picked* picked(const Fix& fix) const {
        const auto found = std::find_if(picked_.begin(), picked_.end(), [&](const Picked& one) {
            return one.fix->id == fix.id;
        });
        return found == picked_.end() ? nullptr : &*found;
    }

    [[nodiscard]] bool has_level(std::size_t level) const {
        return std::any_of(picked_.begin(), picked_.end(), [level](const Picked& one) {
            return one.level == level;
        });
    }

    [[nodiscard]] PlanStep step_at(std::size_t level) const {
        PlanStep step;
        for (const auto& one : picked_) {
            if (one.level != level) continue;
            step.fixes.emplace_back(one.fix->id);
            step.restart = std::max(step.restart, one.fix->restart);
            step.changes.insert(step.changes.end(), one.changes.begin(), one.changes.end());
            for (auto& rule : rules_of(*one.fix))
                step.rules.push_back(std::move(rule));
        }
        return step;
    }

    // Returns what the fix is to cure. Two rules may ask for the same: it is done once, and both
    // have to be content. A fix that only comes along cures all that its rules find.
    [[nodiscard]] std::vector<std::string> rules_of(const Fix& fix) const {
        std::vector<std::string> asked, all;
        for (const auto& finding : findings_) {
            if (!fix.cures(finding.rule) || finding.verdict < Verdict::at_risk) continue;
            all.push_back(finding.rule);
            if (wanted(fix, finding, wishes_)) asked.push_back(finding.rule);
        }
        return asked.empty() ? all : asked;
    }

    // Says of a finding that the plan does not cure why it does not.
    void leave_out(const Finding& finding, std::vector<LeftOut>& left) const {
        const auto* fix = fix_of(finding.rule);
        if (fix != nullptr && picked(*fix) != nullptr) return;
        if (fix != nullptr && wanted(*fix, finding, wishes_)) {
            const auto refused = refused_.find(fix->id);
            if (refused != refused_.end()) left.push_back({finding.rule, refused->second});
            return;
        }
        if (!breaks_host(finding) || is_mere_symptom(finding)) return;
        if (fix == nullptr)
            left.push_back({finding.rule, {"fix.refused.no_fix", {{"rule", finding.rule}}}});
        else
            left.push_back(
                {finding.rule, {"fix.refused.not_asked", {{"fix", std::string(fix->id)}}}}
            );
    }

    // Tells whether a finding only says that RDP fails, or only suspects why, where another one
    // proves why.
    [[nodiscard]] bool is_mere_symptom(const Finding& finding) const {
        if (proves_cause(finding)) return false;
        return std::any_of(findings_.begin(), findings_.end(), [](const Finding& other) {
            return breaks_host(other) && proves_cause(other);
        });
    }

    static bool proves_cause(const Finding& finding) {
        return finding.cause != Cause::unexplained &&
               finding.confidence != Confidence::circumstantial;
    }

    const Facts& facts_;
    std::span<const Finding> findings_;
    const PlanWishes& wishes_;
    std::vector<Picked> picked_;
    std::map<std::string_view, Refusal> refused_;
};

} // namespace

HostPlan
plan_host(const Facts& facts, std::span<const Finding> findings, const PlanWishes& wishes) {
    return Picker(facts, findings, wishes).plan();
}

bool asks_for(std::span<const Finding> findings, const PlanWishes& wishes) {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
        const auto* fix = fix_of(finding.rule);
        return fix != nullptr && wanted(*fix, finding, wishes);
    });
}

} // namespace rdpsweep
