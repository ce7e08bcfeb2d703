// The law of conservation of a plan: every broken host of its run is planned for, left out with a
// reason, or has no fix. Pure.
#pragma once

#include "core/result.hpp"
#include "scanner/fix/plan.hpp"

#include <string>
#include <vector>

namespace rdpsweep {

// Counts what the lists of a plan hold of the hosts with these ids. A host in none of them is
// counted nowhere.
PlanAccount account_of(const Plan& plan, const std::vector<std::string>& broken);

// Tells whether the parts make the whole, and no more hosts are planned for than there are.
bool is_balanced(const PlanAccount& account, const Plan& plan) noexcept;

// Counts, and keeps the account in the plan. Error{internal, bug} when a host is in none of the
// lists: then there is no plan.
Status settle_account(Plan& plan, const std::vector<std::string>& broken);

// Returns "40 broken hosts = 30 planned + 2 left out + 8 without a fix".
std::string words_of(const PlanAccount& account);

} // namespace rdpsweep
