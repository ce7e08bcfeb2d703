// Counts a plan's hosts by their ids, which are unique; names need not be.
#include "scanner/fix/account.hpp"

#include <set>
#include <string_view>

namespace rdpsweep {

PlanAccount account_of(const Plan& plan, const std::vector<std::string>& broken) {
    std::set<std::string_view> planned, left_out, no_fix;
    for (const auto& host : plan.hosts)
        planned.insert(host.id);
    for (const auto& skip : plan.skipped)
        (skip.why.key == "fix.refused.no_fix" ? no_fix : left_out).insert(skip.id);
    PlanAccount account;
    account.broken = broken.size();
    for (const auto& id : broken) {
        if (planned.contains(id))
            ++account.planned;
        else if (left_out.contains(id))
            ++account.left_out;
        else if (no_fix.contains(id))
            ++account.no_fix;
    }
    return account;
}

bool is_balanced(const PlanAccount& account, const Plan& plan) noexcept {
    return account.broken == account.planned + account.left_out + account.no_fix &&
           account.planned <= plan.hosts.size();
}

Status settle_account(Plan& plan, const std::vector<std::string>& broken) {
    plan.account = account_of(plan, broken);
    if (is_balanced(*plan.account, plan)) return {};
    return Error(
        Phase::internal, Errc::bug, "broken hosts vanish from the plan: " + words_of(*plan.account)
    );
}

std::string words_of(const PlanAccount& account) {
    return std::to_string(account.broken) + " broken hosts = " + std::to_string(account.planned) +
           " planned + " + std::to_string(account.left_out) + " left out + " +
           std::to_string(account.no_fix) + " without a fix";
}

} // namespace rdpsweep
