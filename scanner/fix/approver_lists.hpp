// Whose approval counts on this machine: the lists of approvers, taken together.
#pragma once

#include "scanner/fix/approval.hpp"
#include "scanner/fix/list_keeper.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

// The list that root keeps for the machine: who applies plans without being root cannot change it.
inline constexpr auto system_approvers = "/etc/rdpsweep/approvers";

struct ApproverList {
    std::string path;
    bool standing = true; // holds by being there; false: it was named on the command line
    std::vector<Approver> people{};
};

// Returns the lists that are there: those that stand, and the one that was named, which has to be
// there; empty: nobody has to approve. They add up: none replaces another. Error{config, ...} for
// one that cannot be read, and for a person who is in them under two names, or with two keys.
Result<std::vector<ApproverList>>
read_lists(const std::vector<std::string>& standing, const std::string& named);

// What a plan still lacks.
struct ApprovalLack {
    std::string what, advice;
};

// Returns what keeps a plan of that risk from being applied; nothing: enough have signed. Enough
// are approvals_needed() people of all lists, and of each that stands one at least.
std::optional<ApprovalLack> lack_of_approval(
    Risk risk, const std::vector<ApproverList>& lists, const std::vector<std::string>& signed_by
);

// Returns what is wrong with a list that the account could have written itself; nothing: it holds.
std::optional<ApprovalLack> lack_of_keeping(const ApproverList& list, const Account& account);

// Returns everybody in the lists, each once.
std::vector<Approver> all_people(const std::vector<ApproverList>& lists);

} // namespace rdpsweep
